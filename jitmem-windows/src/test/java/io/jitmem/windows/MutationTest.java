package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FunctionTables;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Deliberate mistakes of the kind that a reader overlooks, swapped arguments and constants: over
 * the shim each of them shows. The first argument of a call is where its error goes.
 */
class MutationTest {
  private static final long GRANULE = 64 << 10;
  private static final long PAGE = 4096;
  private static final long LARGE = 2 << 20;

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake("VirtualAlloc: type and protection swapped", "VirtualAlloc", swap(3, 4)),
        mistake("VirtualAlloc: address and size swapped", "VirtualAlloc", swap(1, 2)),
        mistake(
            "VirtualAlloc: PAGE_EXECUTE for PAGE_EXECUTE_READ", "VirtualAlloc", put(4, 0x20, 0x10)),
        mistake("VirtualProtect: READONLY for EXECUTE_READ", "VirtualProtect", put(3, 0x20, 2)),
        mistake("VirtualFree: MEM_DECOMMIT for MEM_RELEASE", "VirtualFree", put(3, 0x8000, 0x4000)),
        mistake("VirtualFree: COALESCE for PRESERVE", "VirtualFree", put(3, 0x8002, 0x8001)),
        mistake("CreateFileMappingW: size's words swapped", "CreateFileMappingW", swap(4, 5)),
        mistake(
            "CreateFileMappingW: MEM_RESERVE for SEC_RESERVE",
            "CreateFileMappingW",
            put(3, 0x4000040, 0x2040)),
        mistake(
            "CreateFileMappingW: a section that is not executable",
            "CreateFileMappingW",
            put(3, 0x4000040, 0x4000004)),
        mistake(
            "MapViewOfFile: SECTION_MAP_EXECUTE for FILE_MAP_EXECUTE",
            "MapViewOfFile",
            put(2, 0x24, 0xc)),
        mistake("MapViewOfFile: access and offset swapped", "MapViewOfFile", swap(2, 4)),
        mistake("MapViewOfFile3: process and address swapped", "MapViewOfFile3", swap(2, 3)),
        mistake("MapViewOfFile3: type and protection swapped", "MapViewOfFile3", swap(6, 7)),
        mistake("VirtualAlloc2: address and size swapped", "VirtualAlloc2", swap(2, 3)),
        mistake("UnmapViewOfFile2: COALESCE for PRESERVE", "UnmapViewOfFile2", put(3, 2, 1)),
        mistake("FlushInstructionCache: process and address", "FlushInstructionCache", swap(1, 2)),
        mistake("OpenProcessToken: TOKEN_QUERY alone", "OpenProcessToken", put(2, 0x28, 8)),
        mistake("AdjustTokenPrivileges: all disabled", "AdjustTokenPrivileges", put(2, 0, 1)),
        mistake(
            "RtlAddGrowableFunctionTable: a length for the end",
            "RtlAddGrowableFunctionTable",
            replace(5, GRANULE)),
        mistake(
            "RtlAddGrowableFunctionTable: begin and end swapped",
            "RtlAddGrowableFunctionTable",
            swap(4, 5)),
        mistake(
            "VirtualAlloc: PAGE_TARGETS_INVALID left out",
            "VirtualAlloc",
            put(4, 0x40000020, 0x20)),
        mistake(
            "VirtualProtect: PAGE_TARGETS_NO_UPDATE left out",
            "VirtualProtect",
            put(3, 0x40000020, 0x20)),
        mistake(
            "MapViewOfFile: FILE_MAP_TARGETS_INVALID left out",
            "MapViewOfFile",
            put(2, 0x60000024, 0x20000024)),
        mistake(
            "MapViewOfFile3: PAGE_TARGETS_INVALID left out",
            "MapViewOfFile3",
            put(7, 0x40000020, 0x20)),
        mistake(
            "SetProcessValidCallTargets: address and size swapped",
            "SetProcessValidCallTargets",
            swap(2, 3)),
        mistake(
            "SetProcessValidCallTargets: one place more",
            "SetProcessValidCallTargets",
            put(4, 1, 2)),
        mistake("VirtualQuery: a size that is too small", "VirtualQuery", replace(3, 40L)));
  }

  private static Arguments mistake(String what, String function, Consumer<Object[]> mutation) {
    return Arguments.of(what, function, mutation);
  }

  private static Consumer<Object[]> swap(int one, int other) {
    return arguments -> {
      Object kept = arguments[one];
      arguments[one] = arguments[other];
      arguments[other] = kept;
    };
  }

  private static Consumer<Object[]> put(int index, int right, int wrong) {
    return arguments -> {
      if (arguments[index].equals(right)) {
        arguments[index] = wrong;
      }
    };
  }

  private static Consumer<Object[]> replace(int index, Object wrong) {
    return arguments -> arguments[index] = wrong;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void is_caught(String what, String function, Consumer<Object[]> mutation) {
    Shim shim = Shim.open();
    shim.set(Shim.Setting.PRIVILEGE, 1);
    shim.set(Shim.Setting.CFG, 1);
    assertThat(works(shim, new MutatingBinder(shim, function, mutation))).as(what).isFalse();
  }

  @Test
  void without_a_mistake_everything_works() {
    Shim shim = Shim.open();
    shim.set(Shim.Setting.PRIVILEGE, 1);
    shim.set(Shim.Setting.CFG, 1);
    assertThat(works(shim, new MutatingBinder(shim, "", arguments -> {}))).isTrue();
  }

  /** Whether a backend does what it should, by the shim's own books. */
  private static boolean works(Shim shim, WindowsBinder binder) {
    long before = shim.left();
    try {
      WindowsVirtMem memory = new WindowsVirtMem(binder, Architecture.X86_64);
      use(shim, memory);
      useCallTargets(shim, memory.guardingBranches());
      return shim.left() == before;
    } catch (RuntimeException | AssertionError noticed) {
      return false;
    }
  }

  private static void use(Shim shim, WindowsVirtMem memory) {
    MemorySegment single = memory.allocate(GRANULE, Protection.RX);
    requirePage(shim, single, WindowsAbi.PAGE_EXECUTE_READ);
    memory.protect(single, Protection.RW);
    single.fill((byte) 1);
    memory.protect(single, Protection.RX);
    requirePage(shim, single, WindowsAbi.PAGE_EXECUTE_READ);
    memory.flushInstructionCache(single);
    memory.add(single, List.of(new FunctionTables.Function(0, 16, PAGE))).close();
    memory.discard(single);
    requirePage(shim, single, WindowsAbi.PAGE_EXECUTE_READ);
    memory.release(single);
    DualMapping dual = memory.allocateDual(GRANULE);
    requireViews(shim, dual.rx(), dual.rw());
    memory.release(dual);
    MemorySegment reserved = memory.reserve(GRANULE, Placement.near(1L << 33, 1L << 32));
    memory.commit(reserved.asSlice(PAGE, PAGE), Protection.R);
    memory.commitDual(reserved.asSlice(2 * PAGE, PAGE), reserved.asSlice(4 * PAGE, PAGE));
    requireViews(shim, reserved.asSlice(2 * PAGE, PAGE), reserved.asSlice(4 * PAGE, PAGE));
    memory.decommit(reserved);
    memory.release(reserved);
    MappingOptions large = MappingOptions.NONE.withLargePages(LARGE);
    memory.release(memory.allocate(LARGE, Protection.RW, large));
  }

  private static void useCallTargets(Shim shim, VirtMem memory) {
    assertThat(memory.listsCallTargets()).isTrue();
    MemorySegment single = memory.allocate(GRANULE, Protection.RW);
    memory.protect(single, Protection.RX);
    requireCallable(shim, memory, single);
    memory.release(single);
    DualMapping dual = memory.allocateDual(GRANULE);
    requireCallable(shim, memory, dual.rx());
    memory.release(dual);
    // Views that are not committed page by page.
    DualMapping large = memory.allocateDual(LARGE, MappingOptions.NONE.withLargePages(LARGE));
    requireCallable(shim, memory, large.rx());
    memory.release(large);
    MemorySegment rx = memory.reserve(GRANULE, Placement.anywhere());
    MemorySegment rw = memory.reserve(GRANULE, Placement.anywhere());
    memory.prepareDual(rx, rw);
    memory.populate(rw);
    requireCallable(shim, memory, rx);
    memory.release(rx);
    memory.release(rw);
  }

  private static void requireCallable(Shim shim, VirtMem memory, MemorySegment code) {
    assertThat(shim.mayBeCalled(code.address())).isFalse();
    memory.addCallTargets(code, PAGE);
    assertThat(shim.mayBeCalled(code.address())).isFalse();
    assertThat(shim.mayBeCalled(code.address() + PAGE)).isTrue();
    memory.clearCallTargets(code);
    assertThat(shim.mayBeCalled(code.address() + PAGE)).isFalse();
  }

  private static void requireViews(Shim shim, MemorySegment rx, MemorySegment rw) {
    requirePage(shim, rx, WindowsAbi.PAGE_EXECUTE_READ);
    requirePage(shim, rw, WindowsAbi.PAGE_READWRITE);
    rw.set(ValueLayout.JAVA_LONG, 0, 42);
    assertThat(rx.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
  }

  private static void requirePage(Shim shim, MemorySegment memory, int page) {
    assertThat(shim.page(memory.address())).isEqualTo(page);
  }
}
