package io.jitmem.tests.allocator;

import static io.jitmem.tests.allocator.Expect.require;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;

/** What look-ups find. */
record Looking(JitAllocator allocator) {
  private static final int MOST_QUERIES = 4096;
  private static final int QUERIES_OF_FREED = 16;

  /** By each of its bytes or, if it is large, by as many of them as that. */
  void requireFound(LiveSpan span) {
    long step = Math.max(1, span.byteSize() / MOST_QUERIES);
    for (long at = 0; at < span.byteSize(); at += step) {
      requireFound(span, span.address + at);
    }
    requireFound(span, span.end() - 1);
    requireNotFound(span, span.address - 1);
    requireNotFound(span, span.end());
  }

  private void requireFound(LiveSpan span, long address) {
    Span found = allocator.query(address).orElse(null);
    require(
        found != null && found.address() == span.address && found.byteSize() == span.byteSize(),
        () -> "%s was looked for at 0x%x, found was %s".formatted(span, address, found));
  }

  private void requireNotFound(LiveSpan span, long address) {
    Span found = allocator.query(address).orElse(null);
    require(
        found == null || found.address() != span.address,
        () -> "%s was found at 0x%x".formatted(span, address));
  }

  void requireNothingIn(FreedMemory.Range range) {
    long step = Math.max(1, range.byteSize() / QUERIES_OF_FREED);
    for (long at = range.address(); at < range.end(); at += step) {
      requireNothingAt(at);
    }
    requireNothingAt(range.end() - 1);
  }

  void requireNothingAt(long address) {
    Span found = allocator.query(address).orElse(null);
    require(
        found == null, () -> "at 0x%x, which was released, there is %s".formatted(address, found));
  }
}
