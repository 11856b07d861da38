package io.jitmem.tests.lincheck;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/** Runs Lincheck, for a JVM with everything on its class path. */
public final class LinearizabilityCheck {
  private LinearizabilityCheck() {}

  /**
   * Checks in one mode, and throws what it finds: {@code stress} the allocator, by threads that
   * meet as they do; {@code model} the bits of a block, in every order of reads and writes that it
   * comes to; {@code control} the same with a fault.
   *
   * @param arguments the mode and the number of scenarios
   */
  public static void main(String[] arguments) {
    int scenarios = Integer.parseInt(arguments[1]);
    switch (arguments[0]) {
      case "stress" -> stress(scenarios);
      case "model" -> model(scenarios, MapSlots.class);
      default -> model(scenarios, UnguardedSlots.class);
    }
    System.out.println(scenarios + " scenarios are linearizable");
    System.exit(0);
  }

  private static void stress(int scenarios) {
    new StressOptions()
        .iterations(scenarios)
        .invocationsPerIteration(1000)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(2)
        .sequentialSpecification(PlainSlots.class)
        .check(RealSlots.class);
  }

  private static void model(int scenarios, Class<?> slots) {
    new ModelCheckingOptions()
        .iterations(scenarios)
        .invocationsPerIteration(2000)
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .minimizeFailedScenario(false)
        .sequentialSpecification(PlainSlots.class)
        .check(slots);
  }
}
