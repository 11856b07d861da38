package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.VirtMem;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  private final FakeTerminal terminal = new FakeTerminal();

  @Test
  void without_arguments_it_shows_the_usage_as_an_error() {
    assertThat(run()).isEqualTo(2);
    assertThat(terminal.output()).isEmpty();
    assertThat(terminal.errors()).contains("usage: jitmem COMMAND").contains("exit status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "--help", "-h"})
  void asked_for_help_it_shows_the_usage_as_the_result(String asked) {
    assertThat(run(asked)).isZero();
    assertThat(terminal.output()).contains("usage: jitmem COMMAND").contains("example");
    assertThat(terminal.errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "help,run",
    "run,--help",
    "run,-h",
    "help,doctor",
    "doctor,--help",
    "help,objects",
    "map,--help",
    "top,--help"
  })
  void help_describes_each_command(String first, String second) {
    assertThat(run(first, second)).isZero();
    assertThat(terminal.output())
        .contains("usage: jitmem " + (first.startsWith("h") ? second : first))
        .contains("examples")
        .contains("exit status");
  }

  @ParameterizedTest
  @CsvSource({"help,run", "help,doctor", "help,objects", "help,map", "help,top", "help,help"})
  void help_fits_a_line_of_80_characters(String first, String second) {
    run(first, second);
    assertThat(terminal.output().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void the_version_is_one_line() {
    assertThat(run("--version")).isZero();
    assertThat(terminal.output()).matches("jitmem \\S+\n");
  }

  @ParameterizedTest
  @CsvSource({"docter,doctor", "rum,run", "rnu,run", "hlep,help", "object,objects"})
  void a_mistyped_command_is_answered_with_the_nearest(String typed, String meant) {
    assertThat(run(typed)).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "jitmem: unknown command '%s' (did you mean %s?); there are doctor, run, objects, map, top, help\n"
                .formatted(typed, meant));
  }

  @Test
  void a_foreign_command_is_answered_with_those_that_there_are() {
    assertThat(run("disassemble")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "jitmem: unknown command 'disassemble'; there are doctor, run, objects, map, top,"
                + " help\n");
  }

  @Test
  void help_for_two_commands_is_refused() {
    assertThat(run("help", "run", "doctor")).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("jitmem: help takes the name of one command, not 2\n");
  }

  @Test
  void a_version_of_something_is_refused() {
    assertThat(run("--version", "run")).isEqualTo(2);
    assertThat(terminal.errorLines()).containsExactly("jitmem: --version takes no argument");
  }

  @Test
  void a_fault_is_shown_with_its_stack() {
    Supplier<VirtMem> faulty =
        () -> {
          throw new IllegalStateException("broken inside");
        };
    assertThat(new CommandLine(terminal, faulty).run("doctor")).isEqualTo(70);
    assertThat(terminal.errors()).contains("fault in jitmem", "broken inside", "\tat ");
  }

  @Test
  void a_lost_output_ends_quietly_with_a_status_of_its_own() {
    terminal.withBrokenPipe();
    assertThat(run("doctor")).isEqualTo(74);
    assertThat(terminal.errors()).isEmpty();
  }

  private int run(String... arguments) {
    return new CommandLine(terminal, FakeVirtMem::liberal).run(arguments);
  }
}
