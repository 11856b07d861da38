package io.jitmem.linux;

import io.jitmem.virtmem.Ability;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIf;

/**
 * A test of memory with two views, which the backend refuses under an emulator that runs stale
 * code.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIf(
    value = "io.jitmem.linux.NeedsTwoViews$Here#areOff",
    disabledReason = "this emulator would run stale code, so two views are switched off")
@interface NeedsTwoViews {
  /** What is asked before such a test. */
  final class Here {
    private Here() {}

    /** A real CPU is excused from nothing. */
    static boolean areOff() {
      return System.getProperty("jitmem.emulated") != null
          && !new LinuxProvider().open().capabilities().allows(Ability.DUAL_MAPPING);
    }
  }
}
