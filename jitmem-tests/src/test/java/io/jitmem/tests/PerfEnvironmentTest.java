package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** perf's files of a program that knows nothing of them, by its environment alone. */
class PerfEnvironmentTest {
  @TempDir Path directory;

  @Test
  void the_map_is_written_where_perf_looks_for_it() throws Exception {
    ChildJvm.Outcome outcome = child(List.of(), "JITMEM_PERF=map");

    Path map = Path.of("/tmp/perf-" + number(outcome) + ".map");
    assertThat(Files.readAllLines(map))
        .containsExactly(
            address(outcome, 1) + " 4 environmental", address(outcome, 3) + " 4 second");
    Files.delete(map);
  }

  @Test
  void the_dump_is_written_to_the_directory_that_is_named() throws Exception {
    ChildJvm.Outcome outcome = child(List.of(), "JITMEM_PERF=jitdump", "JITDUMPDIR=" + directory);

    Path dump = directory.resolve("jit-" + number(outcome) + ".dump");
    assertThat(Files.readString(dump, ISO_8859_1))
        .startsWith("DTiJ")
        .contains("environmental\0", "second\0");
  }

  @Test
  void the_dump_is_written_below_the_user_s_home_else() throws Exception {
    ChildJvm.Outcome outcome =
        child(List.of("-Duser.home=" + directory), "JITMEM_PERF=jitdump", "JITDUMPDIR=");

    try (Stream<Path> files = Files.walk(directory.resolve(".debug/jit"))) {
      assertThat(files).anyMatch(file -> file.endsWith("jit-" + number(outcome) + ".dump"));
    }
  }

  @Test
  void a_home_that_takes_no_directory_is_named_each_time() throws Exception {
    ChildJvm.Outcome outcome =
        child(List.of("-Duser.home=/dev/null"), "JITMEM_PERF=jitdump", "JITDUMPDIR=");

    assertThat(outcome.out().lines())
        .hasSize(2)
        .allMatch(line ->
            line.startsWith(
                "java.io.UncheckedIOException: cannot make a directory for the jitdump"
                    + " below /dev/null/.debug/jit: name one by JITDUMPDIR"));
  }

  @Test
  void another_value_is_refused_with_those_that_can_be() throws Exception {
    ChildJvm.Outcome outcome = child(List.of(), "JITMEM_PERF=Map");

    assertThat(outcome.out().lines())
        .hasSize(2)
        .allMatch(
            ("java.lang.IllegalArgumentException: the environment variable JITMEM_PERF is 'Map';"
                    + " it can be 'map' or 'jitdump'")
                ::equals);
  }

  @Test
  void nothing_is_written_where_nothing_is_asked_for() throws Exception {
    ChildJvm.Outcome outcome = child(List.of(), "JITMEM_PERF=");

    assertThat(Path.of("/tmp/perf-" + number(outcome) + ".map")).doesNotExist();
  }

  private static String number(ChildJvm.Outcome outcome) {
    return outcome.out().lines().toList().getFirst();
  }

  private static String address(ChildJvm.Outcome outcome, int line) {
    return outcome.out().lines().toList().get(line);
  }

  private static ChildJvm.Outcome child(List<String> options, String... variables)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("env"));
    command.addAll(List.of(variables));
    command.add(ChildJvm.java());
    command.addAll(options);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            PerfEnvironmentChild.class.getName()));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome;
  }
}
