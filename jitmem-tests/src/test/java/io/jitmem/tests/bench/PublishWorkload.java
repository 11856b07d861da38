package io.jitmem.tests.bench;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.util.Arrays;

/**
 * What it costs to allocate a span, write 256 bytes to it, publish it and release it, in
 * nanoseconds for one such cycle. The row {@code allocate-release} is the same without write and
 * publication, so that the difference can be read.
 *
 * <p>All spans of a repetition are allocated and written before the first is released. On a new
 * allocator every write therefore goes to memory that never held code, and pays for the first touch
 * of its page, which is one write in 16. What that costs is the system's: in the rows {@code
 * filled} the pages were touched before the clock starts, since the allocator fills unused memory;
 * they are to be compared with {@code allocate-release-filled}, which fills what it releases too.
 * For the rows on reused memory as many spans are written and released before the clock starts;
 * every write then synchronises the cores. That is at its cheapest here, because no other thread of
 * the process runs.
 *
 * <p>All spans lie in one block. A span that stays live keeps it, else the allocator could give the
 * block back when it is emptied, and the next would be new memory again.
 */
final class PublishWorkload implements Workload {
  private static final int SPANS_PER_SCOPE = 1000;

  /** With more spans than this, the rows would measure the search and not the publication. */
  private static final int MAX_SPANS = 10_000;

  private static final byte[] CODE = code();

  /** What is done to each span between its allocation and its release. */
  private enum Write {
    NONE,
    EACH,
    IN_SCOPES
  }

  @Override
  public void repeat(int live, Rows rows) {
    Span[] spans = new Span[Math.min(live, MAX_SPANS)];
    WriteStrategy direct = WriteStrategy.DIRECT;
    WriteStrategy dual = WriteStrategy.DUAL;
    note("allocate-release", time(direct, false, Write.NONE, spans), spans, rows);
    note("allocate-release-filled", timeFilled(direct, Write.NONE, spans), spans, rows);
    note("publish-filled-direct", timeFilled(direct, Write.EACH, spans), spans, rows);
    note("publish-filled-dual", timeFilled(dual, Write.EACH, spans), spans, rows);
    note("publish-direct", time(direct, false, Write.EACH, spans), spans, rows);
    note("publish-dual", time(dual, false, Write.EACH, spans), spans, rows);
    note("publish-reused-direct", time(direct, true, Write.EACH, spans), spans, rows);
    note("publish-reused-dual", time(dual, true, Write.EACH, spans), spans, rows);
    note("publish-scope-dual", time(dual, true, Write.IN_SCOPES, spans), spans, rows);
  }

  private static void note(String workload, long nanoseconds, Span[] spans, Rows rows) {
    rows.note(new RowKey(workload, spans.length, 1), (double) nanoseconds / spans.length);
  }

  private static long time(WriteStrategy strategy, boolean reused, Write write, Span[] spans) {
    long blockByteSize = blockByteSize(spans.length);
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).blockSize(blockByteSize).build()) {
      allocator.allocate(CODE.length);
      if (reused) {
        cycle(allocator, Write.EACH, spans);
      }
      long start = System.nanoTime();
      cycle(allocator, write, spans);
      return System.nanoTime() - start;
    }
  }

  private static long timeFilled(WriteStrategy strategy, Write write, Span[] spans) {
    try (JitAllocator allocator =
        JitAllocator.builder()
            .strategy(strategy)
            .blockSize(blockByteSize(spans.length))
            .fillUnusedMemory(true)
            .build()) {
      allocator.allocate(CODE.length);
      long start = System.nanoTime();
      cycle(allocator, write, spans);
      return System.nanoTime() - start;
    }
  }

  private static void cycle(JitAllocator allocator, Write write, Span[] spans) {
    switch (write) {
      case NONE -> TimedLoops.allocateEqual(allocator, spans, CODE);
      case EACH -> TimedLoops.publish(allocator, spans, CODE);
      case IN_SCOPES -> TimedLoops.publishInScopes(allocator, spans, CODE, SPANS_PER_SCOPE);
    }
    TimedLoops.release(allocator, spans, spans.length);
  }

  /** Room for all spans, the one that stays, and the padding at the start. */
  private static long blockByteSize(int spanCount) {
    long needed = (spanCount + 2L) * CODE.length;
    return Math.max(64 << 10, Long.highestOneBit(needed - 1) << 1);
  }

  private static byte[] code() {
    byte[] code = new byte[256];
    Arrays.fill(code, (byte) 0xC3);
    return code;
  }
}
