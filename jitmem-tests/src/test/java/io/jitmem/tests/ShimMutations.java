package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.shims.Mistake;
import io.jitmem.shims.UnixShim;
import io.jitmem.virtmem.VirtMem;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That a shim notices: each {@link Mistake} is refused by it and complained of, or shows in what
 * comes of it. Mistakes in what never reaches a shim, as a prototype, are those of the backend's
 * audit. A subclass has the list, in a static method {@code mistakes}.
 */
abstract class ShimMutations<S extends UnixShim> {
  /** The settings of a shim of its own, so that what a mistake leaves is nobody else's. */
  static final String OF_ITS_OWN = "MISTAKES=1";

  /** The shim of a system, {@link #OF_ITS_OWN}. */
  abstract S shim(String system);

  /** A new backend on a shim. */
  abstract VirtMem right(S shim);

  /** A new backend that makes a mistake. */
  abstract VirtMem wrong(S shim, Mistake mistake);

  /** That a mistake was noticed: by what was thrown, or what the shim complains of. */
  abstract void requireNoticed(Mistake mistake, @Nullable Throwable failure, String complaint);

  @ParameterizedTest
  @MethodSource("mistakes")
  final void is_noticed(Mistake mistake) {
    S shim = shim(mistake.system());
    mistake.operation().accept(right(shim));
    assertThat(shim.complaint()).isEmpty();
    VirtMem mutated = wrong(shim, mistake);
    Throwable failure = catchThrowable(() -> mistake.operation().accept(mutated));
    String complaint = shim.complaint();
    shim.forgive();
    requireNoticed(mistake, failure, complaint);
  }
}
