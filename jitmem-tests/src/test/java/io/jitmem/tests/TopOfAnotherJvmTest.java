package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code top --pid} beside a JVM of its own whose allocators are at work. */
class TopOfAnotherJvmTest {
  private static final String OTHER_VERSION =
      """
      import jdk.jfr.*;

      public class Other {
        @Name("io.jitmem.HeapStatistics")
        static class Statistics extends Event {
          long allocator = 7;
          int spans = 5;
          String news = "of a later version";
        }

        public static void main(String[] arguments) throws Exception {
          FlightRecorder.addPeriodicEvent(Statistics.class, () -> new Statistics().commit());
          System.out.println("ready");
          System.in.readAllBytes();
        }
      }
      """;

  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end_what_was_started() throws Exception {
    for (Process process : started) {
      // A JVM that is killed cannot delete what its recorder keeps.
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
  }

  @Test
  void it_shows_each_allocator_and_leaves_nothing_behind() throws Exception {
    Process watched = startWatched();
    ChildJvm.Outcome outcome = top(watched, "--seconds", "5", "--format", "json");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    List<String> busy = outcome.out().lines().filter(line -> line.contains("\"busy#1\"")).toList();
    assertThat(busy).hasSizeBetween(2, 7);
    String last = busy.getLast();
    double spans = number(last, "spans");
    assertThat(spans).isBetween(24.0, 25.0);
    assertThat(number(last, "usedBytes")).isBetween(24 * 128.0, 25 * 128.0);
    assertThat(number(last, "reservedBytes")).isEqualTo(65536);
    assertThat(number(last, "pressure")).isBetween(0.04, 0.06);
    assertThat(number(last, "allocationsPerSecond")).isBetween(5.0, 500.0);
    assertThat(number(last, "publicationsPerSecond")).isBetween(5.0, 500.0);
    assertThat(number(last, "refusals")).isGreaterThan(number(busy.getFirst(), "refusals"));
    assertThat(last).contains("\"lastRefusal\": \"no room for a span of 131072 bytes");
    assertThat(outcome.out().lines())
        .filteredOn(line -> line.contains("\"idle#2\""))
        .hasSizeGreaterThan(1)
        .last()
        .satisfies(line -> assertThat(number(line, "spans")).isEqualTo(1))
        .satisfies(line -> assertThat(number(line, "allocationsPerSecond")).isZero());
    assertNothingIsRecorded(watched);
  }

  @Test
  void refusals_agree_with_allocations_of_which_there_are_as_many() throws Exception {
    Process watched = startWatched();
    ChildJvm.Outcome outcome = top(watched, "--seconds", "6", "--format", "json");
    List<String> busy = outcome.out().lines().filter(line -> line.contains("\"busy#1\"")).toList();
    double allocations = 0;
    for (int i = 1; i < busy.size(); i++) {
      double seconds = number(busy.get(i), "seconds") - number(busy.get(i - 1), "seconds");
      allocations += number(busy.get(i), "allocationsPerSecond") * seconds;
    }
    double refusals = number(busy.getLast(), "refusals") - number(busy.getFirst(), "refusals");
    assertThat(allocations).isBetween(0.95 * refusals - 3, 1.05 * refusals + 3);
  }

  @Test
  void without_events_of_spans_there_are_no_rates() throws Exception {
    Process watched = startWatched();
    ChildJvm.Outcome outcome = top(watched, "--seconds", "3", "--no-rates", "--plain");
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().filter(line -> line.contains(" busy#1 ")).toList();
    assertThat(lines).isNotEmpty();
    assertThat(lines).allMatch(line -> line.matches(".*( +-){4} +\\d+ .*"));
  }

  @Test
  void what_another_version_does_not_tell_is_not_known() throws Exception {
    Path source = Files.writeString(directory.resolve("Other.java"), OTHER_VERSION);
    Process other = start(List.of(ChildJvm.java(), source.toString()));
    assertThat(line(other)).isEqualTo("ready");
    ChildJvm.Outcome outcome = top(other, "--seconds", "4", "--plain");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines())
        .hasSizeGreaterThan(1)
        .last()
        .asString()
        .matches(" +[0-9.]+  #7 +- +- +5( +-){5} +0 +0 +0 +- +-  -");
    assertNothingIsRecorded(other);
  }

  @Test
  void a_process_that_is_interrupted_leaves_nothing_behind() throws Exception {
    Process watched = startWatched();
    Process top = start(ChildJvm.commandLineCommand(List.of(), arguments(watched)));
    assertThat(line(top)).contains("allocator", "spans");
    assertThat(jcmd(watched)).contains("jitmem-top-" + top.pid());
    ChildJvm.run("", List.of("kill", "-INT", Long.toString(top.pid())));
    assertThat(top.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(top.exitValue()).isEqualTo(130);
    assertNothingIsRecorded(watched);
  }

  @Test
  void the_interrupt_key_of_a_terminal_leaves_nothing_behind() throws Exception {
    Process watched = startWatched();
    Terminals.Session session = Terminals.run(List.of(), "\u0003", arguments(watched));
    assertThat(session.status()).isEqualTo(130);
    session.assertRestored();
    assertThat(session.output()).contains("process " + watched.pid(), "busy#1", "idle#2");
    assertNothingIsRecorded(watched);
  }

  @Test
  void the_end_of_the_other_process_ends_it() throws Exception {
    Process watched = startWatched();
    Process top = start(ChildJvm.commandLineCommand(List.of(), arguments(watched)));
    assertThat(line(top)).contains("allocator", "spans");
    watched.getOutputStream().close();
    assertThat(top.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(top.exitValue()).isEqualTo(1);
    assertThat(top.errorReader(UTF_8).lines())
        .containsExactly("jitmem: process " + watched.pid() + " has ended");
  }

  @Test
  void a_jvm_without_allocators_is_refused_and_not_recorded() throws Exception {
    Process watched = startWatched("none");
    assertRefused(top(watched), 1, "process " + watched.pid(), "has no allocator of jitmem");
    assertNothingIsRecorded(watched);
  }

  @Test
  void a_process_that_is_no_jvm_is_refused() throws Exception {
    Process sleep = start(List.of("sleep", "600"));
    assertRefused(top(sleep), 1, "cannot be watched", "sleep", "must be a JVM");
  }

  @Test
  void a_process_that_is_not_there_is_refused() throws Exception {
    Process ended = start(List.of("true"));
    ended.waitFor();
    assertRefused(top(ended), 2, "--pid: there is no process " + ended.pid(), "jcmd -l");
  }

  @Test
  void a_java_without_the_recorder_is_told() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            ChildJvm.commandLineCommand(
                List.of("--limit-modules", "io.jitmem.core,io.jitmem.linux"), "top", "--pid", "1"));
    assertRefused(outcome, 1, "no module jdk.jfr", "run top with a JDK");
  }

  @Test
  void a_process_of_another_user_is_refused_by_name() throws Exception {
    Process watched = startWatched();
    List<String> command = new ArrayList<>(List.of("setpriv", "--reuid=65534", "--clear-groups"));
    command.addAll(ChildJvm.commandLineCommand(List.of(), "--version"));
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv")) && ChildJvm.run("", command).status() == 0,
        "needs setpriv, root, and classes that everybody can read");
    command.removeLast();
    command.addAll(List.of(arguments(watched)));
    assertRefused(ChildJvm.run("", command), 1, "cannot be watched", "belongs to the user ");
    assertNothingIsRecorded(watched);
  }

  private static void assertRefused(ChildJvm.Outcome outcome, int status, String... words) {
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).startsWith("jitmem: ").contains(words);
    assertThat(outcome.status()).isEqualTo(status);
    assertThat(outcome.out()).isEmpty();
  }

  private static void assertNothingIsRecorded(Process watched) throws Exception {
    assertThat(jcmd(watched)).contains("No available recordings");
  }

  private static String jcmd(Process watched) throws Exception {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return ChildJvm.run("", List.of(program, Long.toString(watched.pid()), "JFR.check")).out();
  }

  private static String[] arguments(Process watched, String... more) {
    return Stream.concat(Stream.of("top", "--pid", "" + watched.pid()), Stream.of(more))
        .toArray(String[]::new);
  }

  private static ChildJvm.Outcome top(Process watched, String... more) throws Exception {
    return ChildJvm.commandLine(arguments(watched, more));
  }

  private Process startWatched(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ChildJvm.java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ChildJvm.testClassPath(),
                WatchedChild.class.getName()));
    command.addAll(List.of(arguments));
    Process process = start(command);
    assertThat(line(process)).isEqualTo("ready");
    return process;
  }

  private Process start(List<String> command) throws IOException {
    Process process = new ProcessBuilder(ChildJvm.interruptible(command)).start();
    started.add(process);
    CompletableFuture<Process> _ =
        process.onExit().orTimeout(120, TimeUnit.SECONDS).exceptionally(_ -> ended(process));
    return process;
  }

  /** To be called of one that runs: the end of another would close what is left to read. */
  private static Process ended(Process process) {
    process.destroy();
    return process;
  }

  private static String line(Process process) throws IOException {
    BufferedReader lines = process.inputReader(UTF_8);
    return String.valueOf(lines.readLine());
  }

  private static double number(String line, String key) {
    Matcher found = Pattern.compile("\"" + key + "\": ([0-9.]+)").matcher(line);
    assertThat(found.find()).as(key + " in " + line).isTrue();
    return Double.parseDouble(found.group(1));
  }
}
