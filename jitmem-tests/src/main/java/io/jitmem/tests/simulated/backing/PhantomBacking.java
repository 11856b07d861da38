package io.jitmem.tests.simulated.backing;

import io.jitmem.tests.simulated.books.AddressSpace;
import io.jitmem.virtmem.MappingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Nothing: addresses at which no system maps memory, so that a load or store through a segment ends
 * the JVM and hits nobody. What the simulated processor writes is kept in chunks on the heap, and
 * only that costs anything.
 */
public final class PhantomBacking implements Backing {
  /**
   * Above what an x86-64, AArch64 or RISC-V kernel gives to a process that does not ask for more
   * than 48 bits, and below the bits that AArch64 may ignore.
   */
  public static final long START = 1L << 48;

  private static final int CHUNK = 4096;

  private final AddressSpace addressSpace;
  private final TreeMap<Long, byte[]> chunks = new TreeMap<>();
  private long nextFrame;

  public PhantomBacking(long byteSize) {
    addressSpace = new AddressSpace(START, byteSize);
  }

  @Override
  public AddressSpace addressSpace() {
    return addressSpace;
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // whoever releases the mapping closes it
  public Arena newScope(MappingOptions options) {
    return options.globalScope() ? Arena.global() : Arena.ofShared();
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena scope) {
    return SimulatedSegments.at(address, byteSize, scope);
  }

  @Override
  public OptionalLong secondView(long address) {
    return OptionalLong.empty();
  }

  @Override
  public boolean mapsAnywhere() {
    return true;
  }

  @Override
  public long newFrames(long address, long byteSize) {
    long first = nextFrame;
    nextFrame += byteSize;
    return first;
  }

  @Override
  public void clear(long frame, long byteSize) {
    chunks.subMap(frame, frame + byteSize).clear();
  }

  @Override
  public void read(long frame, byte[] bytes, int from, int count) {
    for (int done = 0; done < count; ) {
      long at = frame + done;
      int step = step(at, count - done);
      byte[] chunk = chunks.get(at & -CHUNK);
      if (chunk != null) {
        System.arraycopy(chunk, (int) (at & (CHUNK - 1)), bytes, from + done, step);
      }
      done += step;
    }
  }

  @Override
  public void write(long frame, byte[] bytes, int from, int count) {
    for (int done = 0; done < count; ) {
      long at = frame + done;
      int step = step(at, count - done);
      byte[] chunk = chunks.computeIfAbsent(at & -CHUNK, absent -> new byte[CHUNK]);
      System.arraycopy(bytes, from + done, chunk, (int) (at & (CHUNK - 1)), step);
      done += step;
    }
  }

  private static int step(long at, int rest) {
    return (int) Math.min(rest, CHUNK - (at & (CHUNK - 1)));
  }
}
