package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs with and without Flight Recorder, and what the JDK's own tools say of recordings. */
class FlightRecorderProcessTest {
  /** After this many the recorder is looked for in any case. */
  private static final long QUICK_MILLISECONDS = 4_000;

  @TempDir Path directory;

  @Test
  void nothing_of_the_recorder_is_loaded_up_to_the_first_result() throws Exception {
    Path log = directory.resolve("classes.log");
    ChildJvm.Outcome outcome = child(List.of("-Xlog:class+load:file=" + log), "first");
    assertThat(outcome.out()).as(outcome.err()).startsWith("42 ");
    long milliseconds = Long.parseLong(outcome.out().strip().substring(3));
    assumeTrue(milliseconds < QUICK_MILLISECONDS, "the machine is too slow to tell");
    assertThat(Files.readString(log))
        .contains("io.jitmem.observe.events.RecorderWatch")
        .doesNotContain("jdk.jfr", "io.jitmem.observe.jfr");
  }

  @Test
  void nothing_of_the_recorder_is_loaded_on_the_module_path() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    Path log = directory.resolve("classes.log");
    ChildJvm.Outcome outcome = commandLine("-Xlog:class+load:file=" + log);
    assertThat(outcome.out()).isEqualTo("42\n");
    assertThat(Files.readString(log))
        .contains("io.jitmem.observe.events.RecorderWatch")
        .doesNotContain("jdk.jfr", "io.jitmem.observe.jfr");
  }

  @Test
  void a_program_without_the_recorder_works() throws Exception {
    Path log = directory.resolve("classes.log");
    ChildJvm.Outcome outcome =
        child(
            List.of("--limit-modules", "java.base,java.logging", "-Xlog:class+load:file=" + log),
            "first");
    assertThat(outcome.out()).as(outcome.err()).startsWith("42 ");
    assertThat(outcome.err()).isEmpty();
    assertThat(Files.readString(log)).doesNotContain("jdk.jfr", "io.jitmem.observe.jfr");
  }

  @Test
  void a_program_without_the_recorder_works_on_the_module_path() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    ChildJvm.Outcome outcome =
        commandLine(
            "--limit-modules", "io.jitmem.core,io.jitmem.linux", "--show-module-resolution");
    assertThat(outcome.out()).endsWith("42\n").doesNotContain("jdk.jfr");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait", "look"})
  void a_recording_from_the_start_has_everything(String scenario) throws Exception {
    Path file = directory.resolve("start.jfr");
    String option =
        "-XX:StartFlightRecording:filename="
            + file
            + ",+io.jitmem.SpanAllocated#enabled=true,+io.jitmem.SpanAllocated#threshold=0ns";
    ChildJvm.Outcome outcome = child(List.of(option, "-Xlog:disable"), scenario);
    assertThat(outcome.status()).as(outcome.err()).isZero();

    Recorded recorded = Recorded.of(file, "late");
    assertThat(recorded.of("BlockReserved")).hasSize(1);
    assertThat(recorded.of("SpanAllocated")).hasSize(scenario.equals("wait") ? 2 : 1);
    assertThat(recorded.of("CodePublication")).hasSize(1);
    assertThat(recorded.only("Refusal").getString("reason")).isEqualTo(firstLine(outcome));
    RecordedEvent statistics = recorded.of("HeapStatistics").getLast();
    assertThat(statistics.getLong("usedBytes")).isEqualTo(usedBytes(outcome)).isEqualTo(1024);
  }

  /** In the first seconds, while it is looked for, and later, when the recorder tells itself. */
  @ParameterizedTest
  @ValueSource(longs = {0, 6_000})
  void a_recording_that_begins_later_has_the_rest(long milliseconds) throws Exception {
    Path file = directory.resolve("late.jfr");
    Process process =
        new ProcessBuilder(command(List.of(), "wait"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String used;
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      assertThat(process.waitFor(milliseconds, java.util.concurrent.TimeUnit.MILLISECONDS))
          .isFalse();
      tool("jcmd", Long.toString(process.pid()), "JFR.start", "filename=" + file);
      awaitStatistics(process.pid());
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
      assertThat(out.readLine()).startsWith("no room for a span of 2097152 bytes");
      used = out.readLine();
    } finally {
      process.getOutputStream().close();
    }
    assertThat(process.waitFor()).isZero();

    Recorded recorded = Recorded.of(file, "late");
    assertThat(recorded.of("BlockReserved")).isEmpty();
    assertThat(recorded.of("CodePublication")).hasSize(1);
    assertThat(recorded.of("Refusal")).hasSize(1);
    List<RecordedEvent> statistics = recorded.of("HeapStatistics");
    assertThat(statistics.getFirst().getLong("usedBytes")).isEqualTo(128);
    assertThat("10 " + statistics.getLast().getLong("usedBytes")).isEqualTo(used);
  }

  /** Until the child has noticed the recording, which takes it a tenth of a second at most. */
  private void awaitStatistics(long pid) throws Exception {
    Path dump = directory.resolve("dump.jfr");
    for (int attempt = 0; attempt < 20; attempt++) {
      tool("jcmd", Long.toString(pid), "JFR.dump", "filename=" + dump);
      if (!Recorded.of(dump, "late").of("HeapStatistics").isEmpty()) {
        return;
      }
    }
    throw new AssertionError("the program does not notice that it is recorded");
  }

  @Test
  void the_tool_of_the_jdk_shows_events_with_units() throws Exception {
    Path file = directory.resolve("print.jfr");
    ChildJvm.Outcome outcome =
        child(List.of("-XX:StartFlightRecording:filename=" + file, "-Xlog:disable"), "wait");
    assertThat(outcome.status()).as(outcome.err()).isZero();

    String summary = tool("jfr", "summary", file.toString());
    assertThat(summary)
        .containsPattern("io.jitmem.BlockReserved +1 ")
        .containsPattern("io.jitmem.CodePublication +1 ")
        .containsPattern("io.jitmem.SpanAllocated +0 ");
    String blocks = tool("jfr", "print", "--events", "io.jitmem.BlockReserved", file.toString());
    assertThat(blocks)
        .contains("size = 64.0 kB", "granularity = 64 bytes", "name = \"late\"")
        .containsPattern("address = 0x[0-9A-F]+");
    String statistics =
        tool("jfr", "print", "--events", "io.jitmem.HeapStatistics", file.toString());
    assertThat(statistics).contains("limitBytes = 1.0 MB", "usedBytes = 1.0 kB", "refusals = 1");
    String metadata = tool("jfr", "metadata", "--events", "io.jitmem.*", file.toString());
    assertThat(metadata.split("@Category\\(\"jitmem\"\\)", -1)).hasSize(10);
  }

  @Test
  void a_recorder_that_fails_harms_nobody_and_is_reported_once() throws Exception {
    ChildJvm.Outcome outcome = child(List.of(), "fail");
    assertThat(outcome.out()).isEqualTo("42\nrefused\n42\nrefused\nunharmed\n");
    assertThat(outcome.err().split("StackOverflowError: planted", -1)).hasSize(2);
    assertThat(outcome.status()).isZero();
  }

  private static String firstLine(ChildJvm.Outcome outcome) {
    return outcome.out().lines().skip(1).findFirst().orElseThrow();
  }

  private static long usedBytes(ChildJvm.Outcome outcome) {
    String line = outcome.out().lines().skip(2).findFirst().orElseThrow();
    return Long.parseLong(line.substring(line.indexOf(' ') + 1));
  }

  private static ChildJvm.Outcome child(List<String> options, String scenario) throws Exception {
    return ChildJvm.run("\n", command(options, scenario));
  }

  private static List<String> command(List<String> options, String scenario) throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(options);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            FlightRecorderChild.class.getName(),
            scenario));
    return command;
  }

  private static ChildJvm.Outcome commandLine(String... options) throws Exception {
    return ChildJvm.run(
        "",
        ChildJvm.commandLineCommand(
            List.of(options), "run", "--hex", "8d 04 37 c3", "--type", "int(int,int)", "40", "2"));
  }

  private static String tool(String name, String... arguments) throws Exception {
    Path tool = Path.of(System.getProperty("java.home"), "bin", name);
    assumeTrue(Files.exists(tool), "this Java has no " + name);
    List<String> command = new ArrayList<>(List.of(tool.toString()));
    command.addAll(List.of(arguments));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome.out();
  }
}
