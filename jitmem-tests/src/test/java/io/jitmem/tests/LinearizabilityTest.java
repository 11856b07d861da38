package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What threads see of an allocator at once is what one thread could have seen that did it in some
 * order: Lincheck runs random scenarios and compares. It rewrites classes, for which it needs a JVM
 * without modules.
 */
class LinearizabilityTest {
  private static final int LONGER = Boolean.getBoolean("jitmem.long") ? 10 : 1;

  @Test
  void the_allocator_is_linearizable_under_stress() throws Exception {
    requireLinearizable("stress", 12 * LONGER);
  }

  @Test
  void reads_without_a_lock_are_linearizable_in_every_order_that_is_tried() throws Exception {
    requireLinearizable("model", 4 * LONGER);
  }

  @Test
  void reads_that_nobody_guards_are_found_out() throws Exception {
    ChildJvm.Outcome outcome = check("control", 50);
    assertThat(outcome.status()).as(outcome.out()).isEqualTo(1);
    assertThat(outcome.err()).contains("Invalid execution results");
  }

  private static void requireLinearizable(String mode, int scenarios) throws Exception {
    ChildJvm.Outcome outcome = check(mode, scenarios);
    assertThat(outcome.status()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out()).endsWith(scenarios + " scenarios are linearizable\n");
  }

  private static ChildJvm.Outcome check(String mode, int scenarios) throws Exception {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(
        List.of(
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.util=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            "io.jitmem.tests.lincheck.LinearizabilityCheck",
            mode,
            Integer.toString(scenarios)));
    return ChildJvm.run("", command);
  }
}
