package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code top} as a process, on real memory. */
class TopCommandTest {
  @TempDir Path directory;

  @Test
  void lines_are_written_into_a_pipe_and_tell_what_the_workload_did() throws Exception {
    Path trace = Files.writeString(directory.resolve("sizes"), "100\n");
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine(
            "top",
            "--workload",
            "trace:" + trace,
            "--spans",
            "50",
            "--steps",
            "60",
            "--strategy",
            "dual");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).doesNotContain("\u001b");
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(column(lines, "allocator")).isEqualTo("trace:" + trace);
    assertThat(column(lines, "strategy")).isEqualTo("DUAL");
    assertThat(column(lines, "spans")).isEqualTo("50");
    assertThat(column(lines, "used")).as("two granules each").isEqualTo("6400");
    assertThat(column(lines, "blocks")).isEqualTo("1");
    assertThat(column(lines, "reserved")).isEqualTo(column(lines, "committed")).isEqualTo("65536");
    assertThat(column(lines, "refused")).isEqualTo("0");
    assertThat(column(lines, "press%")).isEqualTo("0.0");
    assertThat(column(lines, "last-refusal")).isEqualTo("-");
  }

  @Test
  void rates_times_the_time_that_passed_are_what_was_done() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine(
            "top",
            "--spans",
            "100",
            "--steps",
            "1500",
            "--rate",
            "1000",
            "--interval",
            "250",
            "--format",
            "json");
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSizeGreaterThan(3);
    assertThat(total(lines, "allocationsPerSecond")).isCloseTo(1500, within(5.0));
    assertThat(total(lines, "publicationsPerSecond")).isCloseTo(1500, within(5.0));
    assertThat(total(lines, "releasesPerSecond")).isCloseTo(1400, within(5.0));
    assertThat(number(lines.getLast(), "spans")).isEqualTo(100);
    assertThat(number(lines.getLast(), "seconds")).isGreaterThan(1.4);
  }

  @Test
  void refusals_are_counted_with_the_last_reason_and_pressure_is_high() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine(
            "top", "--limit", "65536", "--spans", "1000", "--steps", "3000", "--plain");
    List<String> lines = outcome.out().lines().toList();
    assertThat(Integer.parseInt(column(lines, "refused"))).isBetween(1, 3000);
    assertThat(Double.parseDouble(column(lines, "press%"))).isBetween(80.0, 100.0);
    assertThat(lines.getLast()).contains("  no room for a span of ");
  }

  @Test
  void a_quarantine_is_seen() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine("top", "--hardened", "--spans", "10", "--steps", "500");
    List<String> lines = outcome.out().lines().toList();
    assertThat(Long.parseLong(column(lines, "held"))).isPositive();
    assertThat(column(lines, "strategy")).isEqualTo("DUAL");
  }

  @Test
  void it_ends_after_the_seconds_it_was_given() throws Exception {
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine("top", "--rate", "100", "--seconds", "1", "--interval", "400");
    assertThat(outcome.status()).isZero();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSizeBetween(3, 4);
    assertThat(Double.parseDouble(column(lines, "seconds"))).isBetween(1.0, 3.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 200})
  void a_terminal_has_its_screen_drawn_and_its_cursor_back(int width) throws Exception {
    Terminals.Session session =
        Terminals.run(
            List.of("COLUMNS=" + width),
            "",
            "top",
            "--rate",
            "500",
            "--seconds",
            "2",
            "--interval",
            "300");
    assertThat(session.status()).isZero();
    session.assertRestored();
    List<String> frames = session.frames();
    assertThat(frames).hasSizeBetween(4, 9);
    assertThat(frames.getLast()).contains("spans", "fragmentation", "publications/s");
    assertThat(frames.getLast().lines()).allMatch(line -> line.length() <= width);
  }

  @Test
  void a_terminal_without_colours_gets_none() throws Exception {
    Terminals.Session session = Terminals.run(List.of("NO_COLOR=1"), "", "top", "--steps", "100");
    session.assertRestored();
    assertThat(session.output()).doesNotContainPattern("\u001b\\[[0-9]+m");
    assertThat(Terminals.run(List.of(), "", "top", "--steps", "100").output())
        .contains("\u001b[1m");
  }

  @Test
  void a_terminal_that_asks_for_lines_gets_lines() throws Exception {
    Terminals.Session session = Terminals.run(List.of(), "", "top", "--steps", "100", "--plain");
    assertThat(session.output()).doesNotContain("\u001b").contains("last-refusal");
  }

  @Test
  void the_key_q_ends_it() throws Exception {
    Terminals.Session session = Terminals.run(List.of(), "x\nq\n", "top", "--rate", "10");
    assertThat(session.status()).isZero();
    session.assertRestored();
  }

  /** 3 is what Ctrl-C sends; the terminal makes a signal of it. */
  @Test
  void the_interrupt_key_ends_it_and_gives_the_cursor_back() throws Exception {
    Terminals.Session session = Terminals.run(List.of(), "\u0003", "top", "--rate", "10");
    assertThat(session.status()).isEqualTo(130);
    session.assertRestored();
  }

  @Test
  void a_reader_that_leaves_ends_it() throws Exception {
    List<String> command =
        ChildJvm.commandLineCommand(List.of(), "top", "--rate", "10", "--interval", "20");
    String line = String.join(" ", command) + " | head -n 2; echo ${PIPESTATUS[0]}";
    ChildJvm.Outcome outcome = ChildJvm.run("", List.of("bash", "-c", line));
    assertThat(outcome.out().lines()).hasSize(3).last().isEqualTo("74");
  }

  @Test
  void lines_look_as_observing_md_shows() throws Exception {
    List<String> actual =
        ChildJvm.commandLine("top", "--steps", "9", "--strategy", "direct").out().lines().toList();
    List<List<String>> shown = blocks("  seconds ");
    assertThat(shown).hasSize(2);
    assertThat(shown).extracting(List::getFirst).containsOnly(actual.getFirst());
    assertThat(shown.getFirst()).hasSize(3).last().satisfies(line -> assertLooksLike(line, actual));
    assertThat(shown.getLast()).hasSize(5).last().asString().contains(" idle#2 ");
  }

  @Test
  void a_screen_looks_as_observing_md_shows() throws Exception {
    List<List<String>> shown = blocks("jitmem top ");
    assertThat(shown).hasSize(1);
    Terminals.Session session =
        Terminals.run(
            List.of("NO_COLOR=1", "COLUMNS=80"),
            "",
            "top",
            "--steps",
            "3000",
            "--spans",
            "2000",
            "--limit",
            "524288",
            "--strategy",
            "direct");
    List<String> actual = session.frames().getLast().lines().map(String::stripTrailing).toList();
    int last = shown.getFirst().indexOf("refusals               3,128");
    assertThat(last).isPositive();
    for (int i = 0; i <= last; i++) {
      assertLooksLike(shown.getFirst().get(i), List.of(actual.get(i)));
    }
    assertThat(shown.getFirst().get(last + 1)).startsWith("last refusal: no room for a span of ");
    assertThat(actual.get(last + 1)).startsWith("last refusal: no room for a span of ");
  }

  /** The fenced blocks of the page whose first line starts so. */
  private static List<List<String>> blocks(String start) throws Exception {
    String page = Files.readString(ChildJvm.TOP.resolve("docs/observing.md"));
    return Pattern.compile("```\n(" + start + ".*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(found -> found.group(1).lines().toList())
        .toList();
  }

  private static void assertLooksLike(String shown, List<String> actual) {
    assertThat(form(shown)).isEqualTo(form(actual.getLast()));
  }

  /** A line without what differs each time. */
  private static String form(String line) {
    return line.strip()
        .replaceAll("[0-9][0-9,.]*", "N")
        .replaceAll("bytes|KiB|MiB", "UNIT")
        .replaceAll("[\u2588\u2591]+", "BAR")
        .replaceAll(" +", " ");
  }

  /** A word of the last line, by the header's word above it. */
  private static String column(List<String> lines, String heading) {
    List<String> header = List.of(lines.getFirst().strip().split(" +", -1));
    return lines.getLast().strip().split(" +", -1)[header.indexOf(heading)];
  }

  private static double total(List<String> lines, String key) {
    double total = 0;
    double before = 0;
    for (String line : lines) {
      total += number(line, key) * (number(line, "seconds") - before);
      before = number(line, "seconds");
    }
    return total;
  }

  private static double number(String line, String key) {
    return Stream.of(line)
        .flatMap(text -> Pattern.compile("\"" + key + "\": ([0-9.]+)").matcher(text).results())
        .map((MatchResult found) -> Double.parseDouble(found.group(1)))
        .findFirst()
        .orElseThrow();
  }
}
