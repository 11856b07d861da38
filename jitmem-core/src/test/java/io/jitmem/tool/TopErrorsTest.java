package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopErrorsTest {
  private final FakeTerminal terminal = new FakeTerminal();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--interval|19|--interval: '19' is not a whole number 20..3600000",
        "--interval|often|--interval: 'often' is not a whole number 20..3600000",
        "--seconds|0|--seconds: '0' is not a whole number 1..100000000",
        "--steps|-1|--steps: '-1' is not a whole number 1..1000000000000",
        "--pid|0|--pid: '0' is not a whole number 1..2147483647",
        "--pid|java|--pid: 'java' is not a whole number 1..2147483647",
        "--rate|0|--rate: '0' is not a whole number 1..1000000000",
        "--spans|many|--spans: 'many' is not a whole number 1..10000000",
        "--limit|100000|limit is a multiple of 65536 from 65536 on, not 100000",
        "--format|jsom|--format: unknown format 'jsom' (did you mean json?); there are text, json",
        "--strategy|daul|--strategy: unknown strategy 'daul' (did you mean dual?);"
            + " there are direct, dual, seal, map-jit",
        "--workload|churm|--workload: unknown workload 'churm' (did you mean churn?);"
            + " there are churn, trace:FILE",
      })
  void a_bad_value_is_refused_with_what_is_accepted(String option, String value, String words) {
    assertThat(run("top", option, value)).isEqualTo(2);
    assertThat(terminal.errorLines()).containsExactly("jitmem: " + words);
    assertThat(terminal.output()).isEmpty();
  }

  @Test
  void an_operand_is_refused() {
    assertThat(run("top", "churn")).isEqualTo(2);
    assertThat(terminal.errorLines())
        .containsExactly("jitmem: top takes options only, not 'churn'");
  }

  @Test
  void a_flag_with_a_value_is_refused() {
    assertThat(run("top", "--plain=no")).isEqualTo(2);
    assertThat(terminal.errorLines()).containsExactly("jitmem: --plain takes no value");
  }

  @Test
  void lines_for_a_person_and_for_a_program_at_once_are_refused() {
    assertThat(run("top", "--plain", "--format", "json")).isEqualTo(2);
    assertThat(terminal.errors()).contains("--plain is text, and --format json is not");
  }

  @Test
  void options_of_a_workload_do_not_go_with_another_process() {
    assertThat(run("top", "--pid", "1", "--spans", "5", "--hardened", "--rate", "3")).isEqualTo(2);
    assertThat(terminal.errorLines())
        .containsExactly(
            "jitmem: --pid shows allocators that another process has, and --spans, --hardened,"
                + " --rate are for one of this process");
  }

  @Test
  void rates_cannot_be_left_out_of_a_workload() {
    assertThat(run("top", "--no-rates")).isEqualTo(2);
    assertThat(terminal.errors()).contains("it needs --pid");
  }

  @Test
  void another_process_cannot_be_looked_at_more_often_than_events_come() {
    assertThat(run("top", "--pid", "1", "--interval", "999")).isEqualTo(2);
    assertThat(terminal.errorLines())
        .containsExactly("jitmem: --interval: '999' is not a whole number 1000..3600000");
  }

  private int run(String... arguments) {
    return new CommandLine(terminal, FakeVirtMem::liberal).run(arguments);
  }
}
