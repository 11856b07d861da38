package io.jitmem.tests.allocator;

import static io.jitmem.tests.allocator.Expect.require;
import static io.jitmem.tests.allocator.Expect.requireRefusal;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What an allocator refuses. */
final class Misuse implements AutoCloseable {
  private static final byte[] CODE = new byte[1];

  private final JitAllocator allocator;
  private @Nullable JitAllocator other;
  private @Nullable Span foreign;

  Misuse(JitAllocator allocator) {
    this.allocator = allocator;
  }

  void allocate(long size) {
    for (long wrong : new long[] {0, -size, JitAllocator.MAX_SPAN_BYTE_SIZE + size}) {
      requireRefusal(IllegalArgumentException.class, () -> allocator.allocate(wrong));
    }
  }

  void useGone(Span span) {
    requireRefusal(IllegalStateException.class, () -> allocator.release(span));
    requireRefusal(IllegalStateException.class, () -> allocator.shrink(span, 1));
    requireRefusal(IllegalStateException.class, () -> allocator.write(span, CODE));
    requireRefusal(IllegalStateException.class, span::entry);
  }

  void releaseAt(long address) {
    requireRefusal(IllegalArgumentException.class, () -> allocator.release(address));
  }

  /** Anywhere in it, and at the start of the granule there. */
  void releaseInside(LiveSpan span, long size) {
    long inside = 1 + size % (span.byteSize() - 1);
    releaseAt(span.address + inside);
    if (inside >= span.granularity) {
      releaseAt(span.address + inside / span.granularity * span.granularity);
    }
  }

  void useForeign() {
    Span stranger = foreign();
    requireRefusal(IllegalArgumentException.class, () -> allocator.release(stranger));
    requireRefusal(IllegalArgumentException.class, () -> allocator.shrink(stranger, 1));
    requireRefusal(IllegalArgumentException.class, () -> allocator.write(stranger, CODE));
    releaseAt(stranger.address());
    require(allocator.query(stranger.address()).isEmpty(), () -> stranger + " was found");
  }

  private Span foreign() {
    Span known = foreign;
    if (known == null) {
      JitAllocator made =
          JitAllocator.builder()
              .virtMem(allocator.virtMem())
              .strategy(allocator.strategy())
              .build();
      other = made;
      known = made.allocate(1);
      foreign = known;
    }
    return known;
  }

  void grow(LiveSpan span, long by) {
    requireRefusal(
        IllegalArgumentException.class, () -> allocator.shrink(span.span, span.byteSize() + by));
    requireRefusal(IllegalArgumentException.class, () -> allocator.shrink(span.span, -by));
  }

  void writePast(LiveSpan span) {
    byte[] tooMany = new byte[Math.toIntExact(span.byteSize()) + 1];
    requireRefusal(IllegalArgumentException.class, () -> allocator.write(span.span, tooMany));
    requireRefusal(
        IllegalArgumentException.class,
        () -> allocator.write(span.span, span.byteSize(), MemorySegment.ofArray(CODE)));
  }

  /** Sealed code is not written again. */
  void writeSealed(LiveSpan span) {
    requireRefusal(IllegalStateException.class, () -> allocator.write(span.span, CODE));
    requireRefusal(IllegalStateException.class, () -> allocator.write(span.span, memory -> {}));
    try (WriteScope scope = allocator.writeScope()) {
      requireRefusal(IllegalStateException.class, () -> scope.write(span.span, CODE));
    }
  }

  /** Gives back what was needed for it. */
  @Override
  public void close() {
    if (other != null) {
      other.close();
    }
  }
}
