package io.jitmem.tests.simulated.backing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * The restricted calls of this module, in one place: making segments over addresses. They need
 * {@code --enable-native-access=io.jitmem.tests}.
 */
@SuppressWarnings("restricted")
final class SimulatedSegments {
  /** Held by a scope until it is closed, and with it the memory. */
  private record Keeper(MemorySegment memory) implements Consumer<MemorySegment> {
    @Override
    public void accept(MemorySegment closed) {}
  }

  private SimulatedSegments() {}

  /**
   * A segment over any addresses.
   *
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  static MemorySegment at(long address, long byteSize, Arena scope) {
    try {
      return MemorySegment.ofAddress(address).reinterpret(byteSize, scope, null);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  /**
   * A segment over a part of memory, which stays there as long as the scope is not closed.
   *
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  static MemorySegment within(MemorySegment memory, long offset, long byteSize, Arena scope) {
    try {
      return memory.asSlice(offset, byteSize).reinterpret(scope, new Keeper(memory));
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  private static UnsupportedOperationException denied(IllegalCallerException cause) {
    return new UnsupportedOperationException(
        "native access is denied to jitmem's test harness: start Java with --enable-native-access=io.jitmem.tests"
            + " (ALL-UNNAMED on the class path)",
        cause);
  }
}
