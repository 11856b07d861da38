package io.jitmem.tests.simulated.backing;

import io.jitmem.tests.simulated.books.AddressSet;
import io.jitmem.tests.simulated.books.AddressSpace;
import io.jitmem.virtmem.MappingOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * A window of real memory: one sparse temporary file, mapped twice by the JDK. Single mappings and
 * executable views lie in the first mapping of the file, and each writable view at the same place
 * of the second, so two views have the same bytes without a call of this class. Disk and memory are
 * used for what was touched only. The window goes when it and all segments in it are unreachable.
 *
 * <p>A frame is the offset in the first mapping.
 */
public final class WindowBacking implements Backing {
  private static final int ATTEMPTS = 32;

  private final MemorySegment first;
  private final MemorySegment second;

  /** From a byte of the first mapping to the same byte in the second, a multiple of granules. */
  private final long distance;

  private final AddressSpace addressSpace;

  /** The frames that may hold something else than zeros. */
  private final AddressSet used = new AddressSet();

  private WindowBacking(
      MemorySegment first, MemorySegment second, long distance, AddressSpace addressSpace) {
    this.first = first;
    this.second = second;
    this.distance = distance;
    this.addressSpace = addressSpace;
  }

  /**
   * Opens a window.
   *
   * @throws UncheckedIOException if there is no directory for temporary files, or it is full
   */
  public static WindowBacking open(long byteSize, long granularity) {
    try {
      Path path = Files.createTempFile("jitmem-simulated", ".bin");
      try (FileChannel file =
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return mapTwice(file, byteSize, granularity);
      }
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /**
   * The two mappings may begin at different places of a granule; then the second is mapped from
   * another position of the file, by which the difference goes. The addresses are the system's
   * choice, so it may take more than one attempt.
   */
  private static WindowBacking mapTwice(FileChannel file, long byteSize, long granularity)
      throws IOException {
    long length = byteSize + 2 * granularity;
    file.write(ByteBuffer.allocate(1), length + granularity);
    MemorySegment first = map(file, 0, length);
    long position = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      MemorySegment second = map(file, position, length);
      long distance = second.address() - position - first.address();
      if (Math.floorMod(distance, granularity) == 0) {
        long start = ((first.address() + granularity - 1) & -granularity) + granularity;
        return new WindowBacking(first, second, distance, new AddressSpace(start, byteSize));
      }
      position = Math.floorMod(second.address() - first.address(), granularity);
    }
    throw new IllegalStateException(
        "no two mappings of a file were aligned alike to " + granularity + " bytes");
  }

  private static MemorySegment map(FileChannel file, long position, long byteSize)
      throws IOException {
    return file.map(FileChannel.MapMode.READ_WRITE, position, byteSize, Arena.ofAuto());
  }

  @Override
  public AddressSpace addressSpace() {
    return addressSpace;
  }

  /** Never the global scope, under which a segment would not keep the window. */
  @Override
  @SuppressWarnings("MustBeClosedChecker") // whoever releases the mapping closes it
  public Arena newScope(MappingOptions options) {
    return Arena.ofShared();
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena scope) {
    long offset = address - first.address();
    return offset >= 0 && offset < first.byteSize()
        ? SimulatedSegments.within(first, offset, byteSize, scope)
        : SimulatedSegments.within(second, address - second.address(), byteSize, scope);
  }

  @Override
  public OptionalLong secondView(long address) {
    return OptionalLong.of(address + distance);
  }

  @Override
  public boolean mapsAnywhere() {
    return false;
  }

  @Override
  public long newFrames(long address, long byteSize) {
    long frame = address - first.address();
    used.in(frame, frame + byteSize).forEach(run -> clear(run.start(), run.byteSize()));
    used.add(frame, frame + byteSize);
    return frame;
  }

  @Override
  public void clear(long frame, long byteSize) {
    first.asSlice(frame, byteSize).fill((byte) 0);
  }

  @Override
  public void read(long frame, byte[] bytes, int from, int count) {
    MemorySegment.copy(first, ValueLayout.JAVA_BYTE, frame, bytes, from, count);
  }

  @Override
  public void write(long frame, byte[] bytes, int from, int count) {
    MemorySegment.copy(bytes, from, first, ValueLayout.JAVA_BYTE, frame, count);
  }
}
