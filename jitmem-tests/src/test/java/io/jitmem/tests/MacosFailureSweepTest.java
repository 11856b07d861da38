package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.macos.MacosProvider;
import io.jitmem.shims.MacosShim;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each call of each operation of the macOS backend is made to fail in turn, over our reading of the
 * system: nothing may be left, and the next try must work.
 */
class MacosFailureSweepTest {
  /** EIO for what sets errno, KERN_FAILURE for what answers a kern_return_t. */
  private static final int FAILURE = 5;

  private @Nullable MacosShim used;

  private MacosShim shim(String cpu, String... settings) {
    MacosShim shim = MacosShim.of(cpu, settings);
    used = shim;
    return shim;
  }

  @AfterEach
  void nothing_is_left() {
    MacosShim shim = used;
    if (shim != null) {
      shim.failNothing();
      assertThat(shim.complaint()).isEmpty();
      assertThat(shim.writers()).isZero();
      assertThat(shim.mappedBytes()).isZero();
      assertThat(shim.ports()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Intel", "Apple"})
  void undoes_every_operation_wherever_it_fails(String cpu) {
    MacosShim shim = shim(cpu);
    operations(shim.memory(), cpu.equals("Apple"))
        .forEach((name, operation) -> sweep(shim, name, operation));
  }

  private static void sweep(MacosShim shim, String name, Runnable operation) {
    operation.run();
    shim.failNothing();
    operation.run();
    int calls = shim.counted();
    assertThat(calls).as(name).isPositive();
    for (int index = 0; index < calls; index++) {
      shim.failAt(index, FAILURE);
      Throwable failure = catchThrowable(operation::run);
      shim.failNothing();
      if (failure != null) {
        assertThat(failure)
            .as("%s, call %d", name, index)
            .isInstanceOf(VirtMemException.class)
            .hasMessageContaining("(5)");
      }
      assertThat(shim.mappedBytes()).as("%s, call %d: %s", name, index, failure).isZero();
      assertThat(shim.ports()).as("%s, call %d: %s", name, index, failure).isZero();
      operation.run();
    }
  }

  private static Map<String, Runnable> operations(VirtMem memory, boolean isApple) {
    long bytes = 4 * memory.pages().byteSize();
    MappingOptions bounded = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    Map<String, Runnable> all = new LinkedHashMap<>();
    all.put("allocate", () -> memory.release(memory.allocate(bytes, Protection.RW)));
    all.put("bound", () -> memory.release(memory.allocate(bytes, Protection.RW, bounded)));
    all.put("protect", () -> protect(memory, bytes));
    all.put("commit", () -> commit(memory, bytes));
    all.put("near", () -> near(memory, bytes));
    all.put("barrier", memory::synchronizeCores);
    if (isApple) {
      all.put("write switch", () -> underSwitch(memory, bytes));
    } else {
      all.put("two views", () -> memory.release(memory.allocateDual(bytes)));
      all.put("commit two views", () -> commitDual(memory, bytes));
    }
    return all;
  }

  private static void protect(VirtMem memory, long bytes) {
    MemorySegment mapped = memory.allocate(bytes, Protection.RW);
    try {
      memory.protect(mapped, Protection.RX);
    } finally {
      memory.release(mapped);
    }
  }

  private static void commit(VirtMem memory, long bytes) {
    MemorySegment reserved = memory.reserve(bytes, Placement.anywhere());
    try {
      memory.commit(reserved, Protection.RW);
      reserved.fill((byte) 1);
      memory.decommit(reserved);
    } finally {
      memory.release(reserved);
    }
  }

  private static void commitDual(VirtMem memory, long bytes) {
    MemorySegment reserved = memory.reserve(bytes, Placement.anywhere());
    try {
      memory.commitDual(reserved.asSlice(0, bytes / 2), reserved.asSlice(bytes / 2));
      reserved.asSlice(bytes / 2).fill((byte) 1);
    } finally {
      memory.release(reserved);
    }
  }

  private static void near(VirtMem memory, long bytes) {
    MemorySegment target = memory.allocate(bytes, Protection.NONE);
    try {
      memory.release(memory.reserve(bytes, Placement.near(target.address(), 1L << 31)));
    } finally {
      memory.release(target);
    }
  }

  private static void underSwitch(VirtMem memory, long bytes) {
    MemorySegment jit = memory.allocate(bytes, Protection.RWX, MappingOptions.NONE.withMapJit());
    try {
      memory.writeJit(jit.asSlice(0, 8), MemorySegment.ofArray(new byte[8]));
    } finally {
      memory.release(jit);
    }
  }

  /** The code that turns the switch is placed by the first who needs it, and stays if it is. */
  @Test
  void code_that_cannot_be_placed_leaves_nothing() {
    MacosShim shim = shim("Apple", "FRESH=1");
    long page = shim.memory().pages().byteSize();
    for (String call : new String[] {"mmap", "mprotect"}) {
      VirtMem fresh = MacosProvider.open(shim.platform(), shim);
      shim.failAlways(call, 12);
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> underSwitch(fresh, page))
          .withMessageContaining(call + "(")
          .withMessageContaining("ENOMEM (12)");
      shim.failNothing();
      assertThat(shim.mappedBytes()).as(call).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "mach_vm_remap, 3, KERN_NO_SPACE, OUT_OF_MEMORY",
    "mach_vm_remap, 6, KERN_RESOURCE_SHORTAGE, OUT_OF_MEMORY",
    "mach_vm_remap, 46, KERN_NOT_SUPPORTED, NOT_SUPPORTED",
    "mach_vm_protect, 2, KERN_PROTECTION_FAILURE, PERMISSION_DENIED",
    "mach_vm_protect, 50, KERN_CODESIGN_ERROR, PERMISSION_DENIED",
    "mach_vm_protect, 53, KERN_DENIED, PERMISSION_DENIED",
    "mach_vm_protect, 1, KERN_INVALID_ADDRESS, INVALID_ARGUMENT",
    "mach_vm_protect, 99, error 99, OTHER",
    "mmap, 12, ENOMEM, OUT_OF_MEMORY",
    "mmap, 35, EAGAIN, OUT_OF_MEMORY",
    "mmap, 45, ENOTSUP, NOT_SUPPORTED",
    "mmap, 102, EOPNOTSUPP, NOT_SUPPORTED",
  })
  void a_refusal_has_the_kind_and_the_name_that_the_system_gives_it(
      String function, int code, String name, Kind kind) {
    MacosShim shim = shim("Intel");
    VirtMem memory = shim.memory();
    MappingOptions options = MappingOptions.NONE.withMechanism("mach_vm_remap");
    shim.failAlways(function, code);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocateDual(memory.pages().byteSize(), options))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
        .withMessageContaining(function + "(")
        .withMessageContaining(name);
  }

  /** The right to a thread's port that is not given back is the kernel's to complain of. */
  @ParameterizedTest
  @CsvSource({
    "task_threads, 6, KERN_RESOURCE_SHORTAGE",
    "thread_get_register_pointer_values, 5, KERN_FAILURE",
    "thread_get_register_pointer_values, 52, KERN_INSUFFICIENT_BUFFER_SIZE",
  })
  void cores_that_were_not_synchronised_are_told_of(String function, int code, String name) {
    MacosShim shim = shim("Apple");
    shim.failAlways(function, code);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(shim.memory()::synchronizeCores)
        .withMessageContaining(function + "(")
        .withMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(ints = {37, 4, 0x10000003})
  void a_thread_that_has_ended_needs_no_synchronisation(int code) {
    MacosShim shim = shim("Apple");
    shim.failAlways("thread_get_register_pointer_values", code);
    shim.memory().synchronizeCores();
  }
}
