package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonWriterTest {
  private final JsonWriter json = new JsonWriter();

  @Test
  void members_and_elements_have_a_line_each() {
    json.beginObject().name("text").value("a");
    json.name("list").beginArray().element().value(1).element().value(-2).endArray();
    json.name("flag").value(true).name("none").nothing().endObject();
    assertThat(json)
        .hasToString(
            """
            {
              "text": "a",
              "list": [
                1,
                -2
              ],
              "flag": true,
              "none": null
            }\
            """);
  }

  @Test
  void all_may_be_on_one_line() {
    JsonWriter line = JsonWriter.ofOneLine().beginObject().name("text").value("a\nb");
    line.name("part").value(0.24999, 3).name("list").beginArray().element().value(1).endArray();
    assertThat(line.endObject())
        .hasToString("{\"text\": \"a\\nb\", \"part\": 0.250, \"list\": [1]}");
  }

  @Test
  void empty_objects_and_arrays_have_no_lines() {
    json.beginObject().name("a").beginArray().endArray();
    json.name("b").beginObject().endObject().endObject();
    assertThat(json).hasToString("{\n  \"a\": [],\n  \"b\": {}\n}");
  }

  @Test
  void whatever_is_in_a_text_the_json_is_valid_and_ascii() {
    json.value("\"quoted\" C:\\dir\tline\nline\r\0\u001f\u007f\u2028 é 😀");
    assertThat(json)
        .hasToString(
            "\"\\\"quoted\\\" C:\\\\dir\\tline\\nline\\r\\u0000\\u001f\\u007f\\u2028 \\u00e9"
                + " \\ud83d\\ude00\"");
  }

  @Test
  void names_are_escaped_too() {
    json.beginObject().name("a\"b").value(1).endObject();
    assertThat(json).hasToString("{\n  \"a\\\"b\": 1\n}");
  }
}
