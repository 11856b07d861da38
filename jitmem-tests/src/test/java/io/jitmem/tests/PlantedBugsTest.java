package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That the harness finds what it is for: mistakes planted in copies of the allocator's classes. */
class PlantedBugsTest {
  private static final String NO_STOP = "a span that was shrunk has no stop bit";
  private static final Pattern SEED = Pattern.compile("seed = (-?\\d+)");
  private static final Pattern ERROR = Pattern.compile("(java\\.lang\\.\\w+)");
  private static final Pattern SHRUNK =
      Pattern.compile("Shrunk Sample.*?arg1:(.*?)\\R\\R", Pattern.DOTALL);

  @Test
  void every_planted_bug_is_found() throws Exception {
    ChildJvm.Outcome outcome = hunt(List.of(), "");
    System.out.println(outcome.out().stripTrailing());
    assertThat(outcome.status()).as(outcome.err()).isZero();
    assertThat(outcome.out().lines())
        .hasSizeGreaterThan(14)
        .allSatisfy(line -> assertThat(line).contains(": found "));
  }

  @Test
  void a_failure_is_had_again_by_its_seed_with_the_same_short_program() throws Exception {
    String first = hunt(List.of(), NO_STOP).out();
    // The search for a shorter one ends after a number of steps, now and then too early.
    for (int again = 0; again < 2 && length(group(SHRUNK, first)) >= 25; again++) {
      first = hunt(List.of(), NO_STOP).out();
    }
    String seed = group(SEED, first);
    String program = group(SHRUNK, first).strip();
    System.out.println("seed " + seed + " fails with " + program.replaceAll("\\s+", " "));
    assertThat(length(program)).isLessThan(25);
    String second = hunt(List.of("-Djitmem.seed=" + seed), NO_STOP).out();
    assertThat(group(SEED, second)).isEqualTo(seed);
    assertThat(group(SHRUNK, second).strip()).isEqualTo(program);
    assertThat(group(ERROR, second)).isEqualTo(group(ERROR, first));
  }

  /** The number of actions. */
  private static int length(String program) {
    return program.split("\\), ").length;
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private static ChildJvm.Outcome hunt(List<String> options, String bug) throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(options);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Djitmem.top=" + ChildJvm.TOP,
            "-cp",
            ChildJvm.testClassPath(),
            "io.jitmem.testrun.BugHunt"));
    if (!bug.isEmpty()) {
      command.add(bug);
    }
    return ChildJvm.run("", command);
  }
}
