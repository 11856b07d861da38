package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapErrorsTest {
  @TempDir Path directory;
  private final FakeTerminal terminal = new FakeTerminal();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--steps|0|--steps: '0' is not a whole number 1..1000000000",
        "--steps|many|--steps: 'many' is not a whole number 1..1000000000",
        "--frames|65|--frames: '65' is not a whole number 1..64",
        "--spans|-1|--spans: '-1' is not a whole number 1..10000000",
        "--limit|100000|limit is a multiple of 65536 from 65536 on, not 100000",
        "--limit|100|--limit: '100' is not a whole number 65536..1099511627776",
        "--width|39|--width: '39' is not a whole number 40..1000",
        "--seed|x|--seed: 'x' is not a whole number -9223372036854775808..9223372036854775807",
        "--format|svgz|--format: unknown format 'svgz' (did you mean svg?); there are text, svg",
        "--strategy|daul|--strategy: unknown strategy 'daul' (did you mean dual?);"
            + " there are direct, dual, seal, map-jit",
        "--workload|churm|--workload: unknown workload 'churm' (did you mean churn?);"
            + " there are churn, trace:FILE",
      })
  void a_bad_value_is_refused_with_what_is_accepted(String option, String value, String words) {
    assertThat(run("map", option, value)).isEqualTo(2);
    assertThat(terminal.errorLines()).containsExactly("jitmem: " + words);
    assertThat(terminal.output()).isEmpty();
  }

  @Test
  void more_frames_than_steps_are_refused() {
    assertThat(run("map", "--steps", "3", "--frames", "4")).isEqualTo(2);
    assertThat(terminal.errorLines())
        .containsExactly("jitmem: --frames: '4' is not a whole number 1..3");
  }

  @Test
  void an_operand_is_refused() {
    assertThat(run("map", "churn")).isEqualTo(2);
    assertThat(terminal.errorLines())
        .containsExactly("jitmem: map takes options only, not 'churn'");
  }

  @Test
  void a_flag_with_a_value_is_refused() {
    assertThat(run("map", "--hardened=no")).isEqualTo(2);
    assertThat(terminal.errorLines()).containsExactly("jitmem: --hardened takes no value");
  }

  @Test
  void a_line_of_a_trace_that_is_no_size_is_named() throws Exception {
    Path trace = Files.writeString(directory.resolve("sizes"), "64\n0\n");
    assertThat(run("map", "--workload", "trace:" + trace)).isEqualTo(2);
    assertThat(terminal.errors()).contains("line 2 of '").contains("'0' is not a size in bytes");
  }

  @Test
  void a_trace_that_is_not_there_is_named() {
    assertThat(run("map", "--workload", "trace:" + directory.resolve("none"))).isEqualTo(2);
    assertThat(terminal.errors()).contains("there is no file").contains("one size in bytes");
  }

  @Test
  void a_place_that_cannot_be_written_is_refused_before_anything_is_done() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "kept");
    assertOutRefused(directory.resolve("none").resolve("map.svg") + "", "there is no directory ");
    assertOutRefused(file.resolve("map.svg") + "", "there is no directory ");
    assertOutRefused(directory + "", "it is a directory");
    assertOutRefused("a\0b", "Nul character not allowed");
    assertThat(file).hasContent("kept");
    assertThat(directory).isDirectoryContaining(file::equals);
  }

  private void assertOutRefused(String out, String why) {
    FakeTerminal own = new FakeTerminal();
    CommandLine command =
        new CommandLine(
            own,
            () -> {
              throw new AssertionError("memory was asked for");
            });
    assertThat(command.run(new String[] {"map", "--out", out})).isEqualTo(2);
    assertThat(own.errors()).startsWith("jitmem: --out: '").contains("cannot be written (" + why);
    assertThat(own.output()).isEmpty();
  }

  private int run(String... arguments) {
    return new CommandLine(terminal, FakeVirtMem::liberal).run(arguments);
  }
}
