package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.shims.UnixShim;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each call of each operation of a backend is made to fail in turn, over our reading of the system:
 * nothing may be left, and the next try must work. A subclass has the systems, in a static method
 * {@code systems}.
 */
abstract class ShimFailureSweep<S extends UnixShim> {
  /** EIO for what sets errno, KERN_FAILURE for what answers a kern_return_t. */
  static final int FAILURE = 5;

  private @Nullable S used;

  /** The shim of a system. */
  abstract S open(String system, String... settings);

  /** Adds the operations that not all systems have. */
  abstract void addOperations(Map<String, Runnable> all, String system, VirtMem memory, long bytes);

  /** The shim that a test uses, of which nothing may be left. */
  final S shim(String system, String... settings) {
    S shim = open(system, settings);
    used = shim;
    return shim;
  }

  @AfterEach
  void nothing_is_left() {
    S shim = used;
    if (shim != null) {
      shim.failNothing();
      shim.requireNothingLeft();
    }
  }

  @ParameterizedTest
  @MethodSource("systems")
  final void undoes_every_operation_wherever_it_fails(String system) {
    S shim = shim(system);
    operations(system, shim.memory()).forEach((name, operation) -> sweep(shim, name, operation));
  }

  private Map<String, Runnable> operations(String system, VirtMem memory) {
    long bytes = 4 * memory.pages().byteSize();
    Map<String, Runnable> all = new LinkedHashMap<>();
    all.put("allocate", () -> MemoryUse.allocate(memory, bytes));
    all.put("protect", () -> MemoryUse.protect(memory, bytes));
    all.put("commit", () -> MemoryUse.commit(memory, bytes));
    all.put("near", () -> MemoryUse.near(memory, bytes));
    addOperations(all, system, memory, bytes);
    return all;
  }

  private void sweep(S shim, String name, Runnable operation) {
    operation.run();
    shim.failNothing();
    operation.run();
    int calls = shim.counted();
    assertThat(calls).as(name).isPositive();
    for (int index = 0; index < calls; index++) {
      shim.failAt(index, FAILURE);
      Throwable failure = catchThrowable(operation::run);
      shim.failNothing();
      requireUndone(shim, "%s, call %d: %s".formatted(name, index, failure), failure);
      operation.run();
    }
  }

  private void requireUndone(S shim, String what, @Nullable Throwable failure) {
    if (failure != null) {
      assertThat(failure)
          .as(what)
          .isInstanceOf(VirtMemException.class)
          .hasMessageContaining("(" + FAILURE + ")");
    }
    if (String.valueOf(failure).contains("unlink(")) {
      // What could not be removed is there, of course, and the exception says so.
      shim.cleanUp();
    }
    assertThat(shim.mappedBytes()).as(what).isZero();
    assertThat(shim.leftovers().values()).as(what).containsOnly(0);
  }

  /** Makes a function fail, and looks how two views are refused then. */
  final ThrowableAssertAlternative<VirtMemException> refused(
      S shim, String mechanism, String function, int code, Kind kind) {
    VirtMem memory = shim.memory();
    shim.failAlways(function, code);
    return assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> MemoryUse.dual(memory, memory.pages().byteSize(), mechanism))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
        .withMessageContaining(function + "(");
  }
}
