package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The places where checked calls may enter code, for a backend that lists them: the start of each
 * span from its first publication on, and the starts of the functions that are known in it. They
 * stay listed until the memory is the span's no more. Thread-safe.
 */
public final class CallTargets {
  private static final long START = 0;

  private final VirtMem virtMem;

  CallTargets(VirtMem virtMem) {
    this.virtMem = virtMem;
  }

  /** Lists the places of a span that was published, as far as they can be listed. */
  public void add(MemorySegment span, @Nullable CodeDescription known) {
    LongStream functions =
        known == null ? LongStream.empty() : known.symbols().stream().mapToLong(CodeSymbol::offset);
    long[] places =
        LongStream.concat(LongStream.of(START), functions)
            .filter(place -> place % VirtMem.CALL_TARGET_BYTE_ALIGNMENT == 0)
            .filter(place -> place < span.byteSize())
            .sorted()
            .distinct()
            .toArray();
    virtMem.addCallTargets(span, places);
  }

  /** Takes a stretch of a block off the list. */
  void clear(Block block, GranuleRun run) {
    virtMem.clearCallTargets(block.rx(run.first(), run.count()));
  }
}
