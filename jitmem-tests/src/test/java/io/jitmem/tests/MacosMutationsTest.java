package io.jitmem.tests;

import static io.jitmem.shims.Mistake.bits;
import static io.jitmem.shims.Mistake.swap;
import static io.jitmem.shims.Mistake.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.macos.MacosProvider;
import io.jitmem.shims.MacosShim;
import io.jitmem.shims.Mistake;
import io.jitmem.shims.MutatedMacosCalls;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** That the macOS shim notices. */
class MacosMutationsTest extends ShimMutations<MacosShim> {
  private static final int PROT = 2;
  private static final int FLAGS = 3;

  private static List<Mistake> all() {
    return List.of(
        new Mistake(
            "Intel",
            "Linux's MAP_ANON",
            "mmap",
            bits(FLAGS, 0x1000, 0x20),
            MacosMutationsTest::allocate),
        new Mistake(
            "Intel",
            "Linux's MAP_NORESERVE",
            "mmap",
            bits(FLAGS, 0x40, 0x4000),
            MacosMutationsTest::reserve),
        new Mistake(
            "Intel", "prot and flags", "mmap", swap(PROT, FLAGS), MacosMutationsTest::allocate),
        new Mistake("Intel", "a copy", "mach_vm_remap", to(7, 1), MacosMutationsTest::dual),
        new Mistake(
            "Intel", "a child's share", "mach_vm_remap", to(10, 0), MacosMutationsTest::dual),
        new Mistake(
            "Intel", "flags and task", "mach_vm_remap", swap(4, 5), MacosMutationsTest::dual),
        new Mistake(
            "Intel", "size and mask", "mach_vm_remap", swap(2, 3), MacosMutationsTest::dual),
        new Mistake(
            "Intel",
            "no VM_FLAGS_OVERWRITE",
            "mach_vm_remap",
            bits(4, 0x4000, 0),
            MacosMutationsTest::commitDual),
        new Mistake(
            "Intel",
            "maximum and protection",
            "mach_vm_protect",
            swap(3, 4),
            MacosMutationsTest::dual),
        new Mistake(
            "Intel", "address and size", "mach_vm_protect", swap(1, 2), MacosMutationsTest::dual),
        new Mistake("Intel", "anywhere", "mach_vm_map", to(4, 1), MacosMutationsTest::exactly),
        new Mistake(
            "Intel", "current and maximum", "mach_vm_map", swap(8, 9), MacosMutationsTest::exactly),
        new Mistake("Intel", "another task", "mach_vm_map", to(0, 0), MacosMutationsTest::exactly),
        new Mistake(
            "Intel",
            "port and task",
            "mach_port_deallocate",
            swap(0, 1),
            VirtMem::synchronizeCores),
        new Mistake(
            "Apple", "fixed MAP_JIT", "mmap", bits(FLAGS, 0x800, 0x810), MacosMutationsTest::write),
        new Mistake(
            "Apple",
            "shared MAP_JIT",
            "mmap",
            bits(FLAGS, 0x802, 0x801),
            MacosMutationsTest::write),
        new Mistake(
            "Apple",
            "no MAP_JIT",
            "mmap",
            MacosMutationsTest::withoutJit,
            MacosMutationsTest::write),
        new Mistake(
            "Apple",
            "address and size",
            "sys_icache_invalidate",
            swap(0, 1),
            MacosMutationsTest::flush),
        new Mistake(
            "Apple",
            "protect and invalidate",
            MutatedMacosCalls.THUNK,
            swap(3, 4),
            MacosMutationsTest::write),
        new Mistake(
            "Apple",
            "target and source",
            MutatedMacosCalls.THUNK,
            swap(0, 1),
            MacosMutationsTest::write),
        new Mistake(
            "Apple",
            "another operation",
            "csops",
            arguments -> arguments[1] = 5,
            MacosMutationsTest::conditions),
        new Mistake(
            "Apple",
            "another process",
            "csops",
            arguments -> arguments[0] = 1,
            MacosMutationsTest::conditions));
  }

  /** Real machine code would end this JVM where the C function complains. */
  private static boolean isSurvived(Mistake mistake) {
    return !(mistake.function().equals(MutatedMacosCalls.THUNK)
        && System.getProperty("os.arch").equals("aarch64"));
  }

  static List<Mistake> mistakes() {
    return all().stream().filter(MacosMutationsTest::isSurvived).toList();
  }

  @Override
  MacosShim shim(String cpu) {
    return MacosShim.of(cpu, OF_ITS_OWN);
  }

  @Override
  VirtMem right(MacosShim shim) {
    return MacosProvider.open(shim.platform(), shim);
  }

  @Override
  VirtMem wrong(MacosShim shim, Mistake mistake) {
    return MacosProvider.open(
        shim.platform(), new MutatedMacosCalls(shim, mistake.function(), mistake.change()));
  }

  @Override
  void requireNoticed(Mistake mistake, @Nullable Throwable failure, String complaint) {
    assertThat(complaint).as("%s", failure).isNotEmpty();
  }

  /** Nothing is refused at once: it is the write that cannot be. */
  private static void withoutJit(Object[] arguments) {
    int flags = (int) arguments[FLAGS];
    if ((flags & 0x800) != 0) {
      arguments[FLAGS] = flags & ~0x800;
      arguments[PROT] = 5;
    }
  }

  private static void allocate(VirtMem memory) {
    MemoryUse.allocate(memory, memory.pages().byteSize());
  }

  private static void reserve(VirtMem memory) {
    memory.release(memory.reserve(memory.pages().byteSize(), Placement.anywhere()));
  }

  /** A hint leads away from what is taken, so that each address in reach is asked for. */
  private static void exactly(VirtMem memory) {
    long page = memory.pages().byteSize();
    MemorySegment taken = memory.reserve(9 * page, Placement.anywhere());
    Placement amid = Placement.near(taken.address() + 4 * page, 2 * page);
    try {
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> memory.reserve(page, amid));
    } finally {
      memory.release(taken);
    }
  }

  private static void dual(VirtMem memory) {
    var dual = memory.allocateDual(2 * memory.pages().byteSize());
    dual.rw().fill((byte) 1);
    memory.release(dual);
  }

  private static void commitDual(VirtMem memory) {
    MemoryUse.commitDual(memory, 2 * memory.pages().byteSize());
  }

  private static void write(VirtMem memory) {
    MemoryUse.underSwitch(memory, memory.pages().byteSize());
  }

  private static void flush(VirtMem memory) {
    MemorySegment mapped = memory.allocate(memory.pages().byteSize(), Protection.RX);
    memory.flushInstructionCache(mapped);
    memory.release(mapped);
  }

  private static void conditions(VirtMem memory) {
    assertThat(memory.conditions()).isNotEmpty();
  }
}
