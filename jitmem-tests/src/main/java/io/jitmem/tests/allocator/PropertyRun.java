package io.jitmem.tests.allocator;

import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyAttributes;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * How properties are run, by system properties of the JVM, so that nobody has to change a class for
 * it:
 *
 * <ul>
 *   <li>{@code -Djitmem.seed=4711} runs with a seed that a failure has printed, and so does the
 *       same again;
 *   <li>{@code -Djitmem.long=true} runs {@value #LONG_FACTOR} times as often.
 * </ul>
 *
 * <p>{@link AllocatorContract} has it. Other jqwik classes get it by
 * {@code @AddLifecycleHook(PropertyRun.class)}.
 */
public final class PropertyRun implements AroundPropertyHook {
  /** How many times as many tries a long run has. */
  public static final int LONG_FACTOR = 50;

  /** For jqwik. */
  public PropertyRun() {}

  @Override
  public PropagationMode propagateTo() {
    return PropagationMode.ALL_DESCENDANTS;
  }

  @Override
  public PropertyExecutionResult aroundProperty(
      PropertyLifecycleContext context, PropertyExecutor property) {
    PropertyAttributes attributes = context.attributes();
    String seed = System.getProperty("jitmem.seed");
    if (seed != null) {
      attributes.setSeed(seed);
    }
    if (Boolean.getBoolean("jitmem.long")) {
      attributes
          .tries()
          .ifPresent(tries -> attributes.setTries(Math.multiplyExact(tries, LONG_FACTOR)));
    }
    return property.execute();
  }
}
