package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.macos.MacosProvider;
import io.jitmem.shims.MacosShim;
import io.jitmem.shims.MutatedMacosCalls;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the macOS backend leaves when a call fails. */
class MacosFailureSweepTest extends ShimFailureSweep<MacosShim> {
  static Stream<String> systems() {
    return Stream.of("Intel", "Apple");
  }

  @Override
  MacosShim open(String cpu, String... settings) {
    return MacosShim.of(cpu, settings);
  }

  @Override
  void addOperations(Map<String, Runnable> all, String cpu, VirtMem memory, long bytes) {
    MappingOptions bounded = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    all.put("bound", () -> memory.release(memory.allocate(bytes, Protection.RW, bounded)));
    all.put("barrier", memory::synchronizeCores);
    if (cpu.equals("Apple")) {
      all.put("write switch", () -> MemoryUse.underSwitch(memory, bytes));
    } else {
      all.put("two views", () -> MemoryUse.dual(memory, bytes));
      all.put("commit two views", () -> MemoryUse.commitDual(memory, bytes));
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
          .isThrownBy(() -> MemoryUse.underSwitch(fresh, page))
          .withMessageContaining(call + "(")
          .withMessageContaining("ENOMEM (12)");
      shim.failNothing();
      assertThat(shim.mappedBytes()).as(call).isZero();
    }
  }

  /** What Linux's calls are bound to, but for machine code while it is denied. */
  private static final class DenyingBinder extends MutatedMacosCalls {
    private final List<Long> denied = new ArrayList<>();
    private boolean isDenying = true;

    DenyingBinder(MacosShim shim) {
      super(shim, "", arguments -> {});
    }

    @Override
    public MethodHandle code(long address, FunctionDescriptor descriptor) {
      if (isDenying) {
        denied.add(address);
        throw new IllegalCallerException("native access is denied");
      }
      return super.code(address, descriptor);
    }
  }

  @Test
  void code_that_cannot_be_bound_leaves_nothing_and_is_placed_by_the_next_who_needs_it() {
    // Of a shim that no other test uses, since code that was placed stays.
    MacosShim shim = MacosShim.of("Apple", "FRESH=2");
    DenyingBinder binder = new DenyingBinder(shim);
    VirtMem fresh = MacosProvider.open(shim.platform(), binder);
    long page = fresh.pages().byteSize();
    for (int attempt = 1; attempt <= 2; attempt++) {
      assertThatExceptionOfType(IllegalCallerException.class)
          .isThrownBy(() -> MemoryUse.underSwitch(fresh, page))
          .withMessage("native access is denied")
          .satisfies(failure -> assertThat(failure.getSuppressed()).isEmpty());
      assertThat(binder.denied).hasSize(attempt);
      shim.requireNothingLeft();
    }
    binder.isDenying = false;
    MemoryUse.underSwitch(fresh, page);
    assertThat(shim.mappedBytes()).as("the code itself").isEqualTo(page);
    assertThat(shim.complaint()).isEmpty();
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
    refused(shim("Intel"), "mach_vm_remap", function, code, kind).withMessageContaining(name);
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
