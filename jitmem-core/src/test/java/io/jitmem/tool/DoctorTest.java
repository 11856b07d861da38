package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.VirtMem;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoctorTest {
  private final FakeTerminal terminal = new FakeTerminal();

  @Test
  void the_text_has_a_head_and_every_ability_with_its_reasons() {
    assertThat(doctor(FakeVirtMem.hardened())).isZero();
    assertThat(terminal.output())
        .contains("operating system  " + System.getProperty("os.name"))
        .contains("CPU               " + System.getProperty("os.arch"))
        .contains("native access     enabled\n")
        .contains("backend           Fake\n")
        .contains("pages             4 KiB, mapped at multiples of 64 KiB; large pages: 2 MiB\n")
        .contains(
            "hardened runtime  yes, RWX is refused; dual mapping works, MAP_JIT does not work")
        .contains("write strategy    DUAL: mmap(NULL, 4096, RWX) failed: EACCES (13)")
        .contains("\n✗ RWX: writable and executable at once\n  ✗ mmap")
        .contains("\n✓ DUAL_MAPPING: two views, one to write and one to execute\n  ✓ twice")
        .contains("a fake has none")
        .contains("\nConditions\n! quota: 1 page\n    more than one is refused\n  weather: fine\n");
    for (Ability ability : Ability.values()) {
      assertThat(terminal.output()).contains(" " + ability + ": " + ability.summary() + "\n");
    }
    assertThat(terminal.errors()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 80, 120})
  void no_line_is_wider_than_the_terminal(int columns) {
    terminal.withVariable("COLUMNS", String.valueOf(columns));
    doctor(FakeVirtMem.hardened());
    assertThat(terminal.output().lines()).allMatch(line -> line.length() <= columns);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "wide", "-1", "99999999999", "0"})
  void a_strange_width_is_no_obstacle(String columns) {
    terminal.withVariable("COLUMNS", columns);
    assertThat(doctor(FakeVirtMem.hardened())).isZero();
  }

  @Test
  void words_take_the_place_of_marks_that_the_charset_lacks() {
    FakeTerminal ascii = new FakeTerminal(StandardCharsets.US_ASCII);
    new CommandLine(ascii, FakeVirtMem::hardened).run("doctor");
    assertThat(ascii.output())
        .contains("\nno  RWX: writable")
        .contains("\n    no  mmap")
        .contains("\nyes DUAL_MAPPING")
        .contains("\n    yes twice")
        .doesNotContain("?");
  }

  @Test
  void colours_are_for_people_only() {
    doctor(FakeVirtMem.hardened());
    assertThat(terminal.output()).doesNotContain("\u001b");
    terminal.withPerson();
    doctor(FakeVirtMem.hardened());
    assertThat(terminal.output()).contains("\u001b[31m✗\u001b[0m").contains("\u001b[32m✓\u001b[0m");
  }

  @Test
  void people_may_refuse_colours() {
    terminal.withPerson().withVariable("NO_COLOR", "1");
    doctor(FakeVirtMem.hardened());
    assertThat(terminal.output()).doesNotContain("\u001b");
  }

  @Test
  void nothing_stays_mapped() {
    FakeVirtMem memory = FakeVirtMem.hardened();
    doctor(memory);
    assertThat(memory.mappingCount()).isZero();
  }

  @Test
  void the_json_is_one_object_with_the_documented_keys() {
    assertThat(doctor(FakeVirtMem.liberal(), "--format=json")).isZero();
    assertThat(terminal.output())
        .startsWith("{\n  \"jitmem\": \"")
        .contains("\n  \"cpuInfo\": null,\n")
        .contains("\n  \"os\": {\n    \"name\": \"" + System.getProperty("os.name") + "\"")
        .contains("\n  \"usable\": true,\n  \"obstacle\": null,\n  \"backend\": \"Fake\",")
        .contains(
            """
              "pages": {
                "byteSize": 4096,
                "granularity": 65536,
                "largeByteSizes": [
                  2097152
                ]
              },
              "hardenedRuntime": {
                "enabled": false,
                "dualMapping": true,
                "mapJit": false
              },
              "strategy": {
                "name": "DIRECT",
                "reason": "memory may be writable and executable at once"
              },
              "capabilities": [
                {
                  "ability": "RWX",
                  "mechanism": "mmap",
                  "available": true,
                  "detail": ""
                },
            """
                .indent(0))
        .contains("\"mechanism\": \"by \\\"LARGE_PAGES\\\"\"")
        .contains(
            """
              "conditions": [
                {
                  "name": "quota",
                  "value": "1 page",
                  "restricts": true,
                  "meaning": "more than one is refused"
                },
            """
                .indent(0))
        .endsWith("\n  ]\n}\n");
  }

  @Test
  void a_system_that_refuses_every_strategy_is_not_usable() {
    assertThat(doctor(FakeVirtMem.forbidding())).isEqualTo(1);
    assertThat(terminal.output()).contains("write strategy    none: two views are refused as well");
  }

  @Test
  void a_system_that_refuses_every_strategy_has_none_in_json() {
    assertThat(doctor(FakeVirtMem.forbidding(), "--format", "json")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("\"usable\": false")
        .contains("\"name\": null,\n    \"reason\": \"two views are refused as well\"");
  }

  @Test
  void without_a_backend_the_text_tells_what_each_provider_answered() {
    assertThat(new CommandLine(terminal, DoctorTest::noBackend).run("doctor")).isEqualTo(1);
    assertThat(terminal.output())
        .contains("backend           none that can be used\n")
        .endsWith(
            "\nno jitmem backend serves Plan 9 on sparc:\n  Inferno: this is Plan 9, not Inferno\n");
    assertThat(terminal.errors()).isEmpty();
  }

  @Test
  void without_a_backend_the_json_tells_what_each_provider_answered() {
    assertThat(new CommandLine(terminal, DoctorTest::noBackend).run("doctor", "--format=json"))
        .isEqualTo(1);
    assertThat(terminal.output())
        .contains(
            "\"obstacle\": \"no jitmem backend serves Plan 9 on sparc:\\n  Inferno: this is Plan 9, not"
                + " Inferno\"")
        .contains("\"backend\": null,\n  \"pages\": null,\n  \"hardenedRuntime\": null,")
        .endsWith("\"strategy\": null,\n  \"capabilities\": [],\n  \"conditions\": []\n}\n");
  }

  @Test
  void an_unknown_format_is_refused() {
    assertThat(doctor(FakeVirtMem.liberal(), "--format", "jsn")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "jitmem: --format: unknown format 'jsn' (did you mean json?); there are text, json\n");
  }

  @Test
  void an_argument_is_refused() {
    assertThat(doctor(FakeVirtMem.liberal(), "json")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo("jitmem: doctor takes no argument 'json'; it takes --format text|json\n");
  }

  private int doctor(VirtMem memory, String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "doctor";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return new CommandLine(terminal, () -> memory).run(arguments);
  }

  private static VirtMem noBackend() {
    throw new UnsupportedOperationException(
        "no jitmem backend serves Plan 9 on sparc:\n  Inferno: this is Plan 9, not Inferno");
  }
}
