package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That a property can be run longer, and with a seed that was printed. */
class PropertyRunTest {
  private static final Pattern SEED = Pattern.compile("seed = (-?\\d+)");

  @Test
  void a_long_run_has_fifty_times_as_many_tries() throws Exception {
    assertThat(run()).contains("tries = 3 ");
    assertThat(run("-Djitmem.long=true")).contains("tries = 150 ").contains("try 150,");
  }

  @Test
  void a_seed_gives_the_same_values_again() throws Exception {
    String first = run();
    Matcher seed = SEED.matcher(first);
    assertThat(seed.find()).isTrue();
    String second = run("-Djitmem.seed=" + seed.group(1));
    assertThat(tries(second)).isEqualTo(tries(first)).hasSize(3);
  }

  private static List<String> tries(String printed) {
    return printed.lines().filter(line -> line.startsWith("try ")).toList();
  }

  private static String run(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-cp",
            ChildJvm.testClassPath(),
            "io.jitmem.testrun.TestRunner",
            "io.jitmem.tests.allocator.CountedRun"));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome.out();
  }
}
