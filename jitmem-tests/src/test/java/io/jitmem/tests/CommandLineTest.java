package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line as a process. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code here is x86-64's")
class CommandLineTest {
  @TempDir Path directory;

  @Test
  void run_prints_the_result() throws Exception {
    assertPrints("42\n", "run", "--hex", "8d 04 37 c3", "--type", "int(int,int)", "40", "2");
    assertPrints(
        "-1\n",
        "run",
        "--hex",
        "8d0437c3",
        "--type",
        "int(int,int)",
        "--strategy",
        "dual",
        "-3",
        "2");
  }

  @Test
  void repeat_tells_the_calls_per_second_at_the_end() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine(
            "run", "--hex", "8d0437c3", "--type", "int(int,int)", "--repeat", "100000", "1", "2");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines()).hasSize(2).first().isEqualTo("3");
    assertThat(outcome.out()).contains("100,000 calls").containsPattern("per second");
  }

  @Test
  void doctor_reports_every_ability_in_both_formats() throws Exception {
    ChildJvm.Outcome text = ChildJvm.commandLine("doctor");
    assertThat(text.err()).isEmpty();
    assertThat(text.status()).isZero();
    assertThat(text.out())
        .contains(
            "memfd_create", "mremap", "MAP_JIT", "membarrier".toUpperCase(java.util.Locale.ROOT));
    ChildJvm.Outcome json = ChildJvm.commandLine("doctor", "--format", "json");
    assertThat(json.err()).isEmpty();
    assertThat(json.out()).startsWith("{").contains("\"MAP_JIT\"", "memfd_create");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--hex | 8d 0g | --type | int() | | 0g",
        "--hex | 8d0   | --type | int() | | digit",
        "--hex | ''    | --type | int() | | hex",
        "--hex | c3    | --type | uint8_t() | | void, byte, short, char, int, long, float, double, ptr",
        "--hex | c3    | --type | int(int | | )",
        "--hex | c3    | --type | int(int,int) | 1 | 2",
        "--hex | c3    | --type | int(int) | 2147483648 | 2147483647",
        "--hex | c3    | --type | int(byte) | 128 | 127",
        "--hex | c3    | --type | int(ptr) | hello | quote",
        "--hex | c3    | --type | int(double) | x | x",
        "--file | /nonexistent/code.bin | --type | int() | | /nonexistent/code.bin",
        "--file | EMPTY | --type | int() | | empty",
        "--hex | c3    | --strategy | rwx | | direct",
        "--hex | c3    | --repeat | 0 | | 1",
        "--hex | c3    | --tpye | int() | | --type",
      })
  void wrong_input_is_one_line_and_status_2(
      String option, String value, String option2, String value2, String argument, String mentioned)
      throws Exception {
    Path empty = Files.createFile(directory.resolve("empty.bin"));
    List<String> command =
        new ArrayList<>(List.of("run", option, value.replace("EMPTY", empty.toString())));
    command.addAll(List.of(option2, value2));
    if (!option2.startsWith("--t")) {
      command.addAll(List.of("--type", "int()"));
    }
    if (argument != null) {
      command.add(argument);
    }
    ChildJvm.Outcome outcome = ChildJvm.commandLine(command.toArray(String[]::new));
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains(mentioned).doesNotContain("Exception", "\tat ");
  }

  /**
   * A filter of the kernel refuses mappings that are writable and executable, in the size of a
   * first block.
   */
  @Test
  void a_refusal_by_the_kernel_is_its_message_and_status_1() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    Path launcher = directory.resolve("refuse");
    Path source = Path.of(getClass().getResource("/seccomp/refuse-rwx.c").toURI());
    ChildJvm.Outcome compiled =
        ChildJvm.run(
            "", List.of("gcc", "-O1", "-Wall", "-o", launcher.toString(), source.toString()));
    assertThat(compiled.err()).isEmpty();
    ChildJvm.Outcome refused = runUnder(launcher, "--strategy", "direct");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(refused.err())
        .contains(
            "mmap(NULL, 65536, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANON) failed: EPERM (1)")
        .contains("seccomp");
    ChildJvm.Outcome served = runUnder(launcher);
    assertThat(served.err()).isEmpty();
    assertThat(served.out()).as("two views pass the filter").isEqualTo("42\n");
  }

  private static ChildJvm.Outcome runUnder(Path launcher, String... options) throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("run", "--hex", "8d0437c3", "--type", "int(int,int)"));
    arguments.addAll(Arrays.asList(options));
    arguments.addAll(List.of("40", "2"));
    List<String> command = ChildJvm.commandLineCommand(List.of(), arguments.toArray(String[]::new));
    command.addFirst(launcher.toString());
    return ChildJvm.run("", command);
  }

  private static void assertPrints(String expected, String... arguments) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.commandLine(arguments);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo(expected);
    assertThat(outcome.status()).isZero();
  }
}
