package io.jitmem.tests.allocator;

import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** A property that says what it was given. */
@AddLifecycleHook(PropertyRun.class)
class CountedRun {
  private static int tries;
  private static long sum;

  @Property(tries = 3, afterFailure = AfterFailureMode.RANDOM_SEED)
  void counts(@ForAll int any) {
    tries++;
    sum = 31 * sum + any;
    System.out.println("try " + tries + ", sum " + sum);
  }
}
