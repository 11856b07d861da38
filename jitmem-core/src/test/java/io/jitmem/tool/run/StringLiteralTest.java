package io.jitmem.tool.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.tool.command.UsageException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StringLiteralTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"hello\"|hello",
        "\"\"|``",
        "\"a\\\"b\"|a\"b",
        "\"\\\\\"|\\",
        "\"\\\\n\"|\\n",
        "\"\\x41\\x5a\"|AZ",
        "\"grün 😀\"|grün 😀",
        "\"it's\"|it's",
      })
  void strings_are_read_with_their_escapes(String text, String meant) {
    assertThat(new String(StringLiteral.parse(text), StandardCharsets.UTF_8)).isEqualTo(meant);
  }

  @Test
  void escapes_of_control_characters_are_those_of_c() {
    assertThat(StringLiteral.parse("\"\\n\\r\\t\\0\\xfF\""))
        .containsExactly('\n', '\r', '\t', 0, 0xff);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"|the string '\"' does not end in the quote",
        "\"abc|the string '\"abc' does not end in the quote",
        "\"abc\\\"|the string '\"abc\\\"' does not end in the quote",
        "\"a\"b\"|the quote at position 3 of '\"a\"b\"' needs a \\ before it",
        "\"\\q\"|unknown escape '\\q' at position 2; accepted are \\n",
        "\"\\x4\"|unknown escape '\\x' at position 2; accepted are \\n",
        "\"a\\xg1\"|unknown escape '\\x' at position 3; accepted are \\n",
      })
  void anything_else_is_refused(String text, String message) {
    assertThatThrownBy(() -> StringLiteral.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message);
  }
}
