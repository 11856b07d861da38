package io.jitmem.windows;

import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.function.LongUnaryOperator;

/**
 * Places where checked calls may enter memory of which all others are closed to them. Windows has
 * such a list of processes that Control Flow Guard is on for.
 */
final class CallTargets {
  /** How many places one call marks: as many bytes of arguments as a granule has. */
  private static final int BATCH = 4096;

  private static final int STEP = VirtMem.CALL_TARGET_BYTE_ALIGNMENT;

  /** {@code EnableControlFlowGuard}. */
  private static final int ENABLED = 1;

  private final MemoryCalls memory;
  private final ProcessCalls process;
  private final CallTargetCalls calls;
  private final WindowsSystem system;

  CallTargets(
      MemoryCalls memory, ProcessCalls process, CallTargetCalls calls, WindowsSystem system) {
    this.memory = memory;
    this.process = process;
    this.calls = calls;
    this.system = system;
  }

  /**
   * Makes sure that this process has such a list.
   *
   * @throws UnsupportedOperationException with the reason why not
   */
  void requireOffered() {
    if (!calls.exists()) {
      throw new UnsupportedOperationException(
          "kernelbase has no SetProcessValidCallTargets: it came with Windows 10");
    }
    OptionalInt flags = process.mitigationPolicy(WindowsAbi.ProcessControlFlowGuardPolicy);
    if ((flags.orElse(0) & ENABLED) == 0) {
      throw new UnsupportedOperationException(
          "Control Flow Guard is off in this process (ProcessControlFlowGuardPolicy), so no calls"
              + " are checked: it is on in programs that are linked with /guard:cf, or where"
              + " Set-ProcessMitigation has turned it on");
    }
  }

  /** What no list can hold. */
  static void requirePlaces(MemorySegment code, long... offsets) {
    if (code.address() % STEP != 0 || code.byteSize() % STEP != 0) {
      throw new IllegalArgumentException(
          "%s + %d bytes is not between multiples of %d"
              .formatted(BitNames.hex(code.address()), code.byteSize(), STEP));
    }
    long least = 0;
    for (long offset : offsets) {
      if (offset < least || offset >= code.byteSize() || offset % STEP != 0) {
        throw new IllegalArgumentException(
            ("offset %d is no place for calls: they are ascending multiples of %d, less than the"
                    + " size of %d bytes")
                .formatted(offset, STEP, code.byteSize()));
      }
      least = offset + STEP;
    }
  }

  /** Lets calls enter at offsets of some code. */
  void add(long start, long... offsets) {
    for (int next = 0; next < offsets.length; ) {
      int first = next;
      MemoryCalls.Region region = requireExecutable(start + offsets[first]);
      while (next < offsets.length
          && next - first < BATCH
          && start + offsets[next] < region.end()) {
        next++;
      }
      mark(i -> start + offsets[(int) (first + i)], next - first, WindowsAbi.CFG_CALL_TARGET_VALID);
    }
  }

  private MemoryCalls.Region requireExecutable(long place) {
    MemoryCalls.Region region = memory.virtualQuery(place);
    if (region.state() != WindowsAbi.MEM_COMMIT) {
      throw new IllegalStateException(BitNames.hex(place) + " has no memory yet to be called");
    }
    if (!WindowsAbi.isExecutable(region.protect())) {
      throw new IllegalArgumentException(
          BitNames.hex(place) + " is not executable, but " + BitNames.page(region.protect()));
    }
    return region;
  }

  /** Lets no call enter some memory, as far as it is committed: else none can anyway. */
  void clear(long address, long byteSize) {
    long end = address + byteSize;
    for (long at = address; at < end; ) {
      MemoryCalls.Region region = memory.virtualQuery(at);
      long stop = Math.min(region.end(), end);
      if (region.state() == WindowsAbi.MEM_COMMIT) {
        clearPages(at, stop);
      }
      at = stop;
    }
  }

  private void clearPages(long from, long to) {
    for (long at = from; at < to; ) {
      long start = at;
      long count = Math.min(BATCH, (to - start) / STEP);
      mark(i -> start + i * STEP, (int) count, 0);
      at = start + count * STEP;
    }
  }

  private void mark(LongUnaryOperator places, int count, long flags) {
    long page = system.info().pageByteSize();
    long base = places.applyAsLong(0) & -page;
    long end = (places.applyAsLong(count - 1) + page) & -page;
    calls.mark(base, end - base, count, i -> places.applyAsLong(i) - base, flags);
  }
}
