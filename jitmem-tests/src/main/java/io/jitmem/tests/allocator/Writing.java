package io.jitmem.tests.allocator;

import static io.jitmem.tests.allocator.Expect.requireRefusal;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteScope;
import io.jitmem.tests.simulated.SimulatedProcessor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** The ways to write a span; what was written is executed where there is a processor. */
final class Writing {
  private final JitAllocator allocator;
  private final Optional<SimulatedProcessor> processor;
  private long stamp;

  Writing(JitAllocator allocator, Optional<SimulatedProcessor> processor) {
    this.allocator = allocator;
    this.processor = processor;
  }

  void write(LiveSpan span) {
    span.stamp(nextStamp(), 0);
    allocator.write(span.span, span.contents());
    execute(span);
  }

  void writeFrom(LiveSpan span, int offset) {
    span.stamp(nextStamp(), offset);
    allocator.write(span.span, offset, MemorySegment.ofArray(span.contents()).asSlice(offset));
    execute(span);
  }

  void writeInPlace(LiveSpan span) {
    allocator.write(
        span.span,
        memory -> {
          span.requireContents(memory, "written");
          span.stamp(nextStamp(), 0);
          memory.copyFrom(MemorySegment.ofArray(span.contents()));
          requireRefusal(IllegalStateException.class, () -> allocator.release(span.span));
        });
    execute(span);
  }

  void writeInOneScope(List<LiveSpan> spans) {
    try (WriteScope scope = allocator.writeScope()) {
      for (LiveSpan span : spans) {
        span.stamp(nextStamp(), 0);
        scope.write(span.span, span.contents());
        requireRefusal(IllegalStateException.class, () -> allocator.release(span.span));
      }
    }
    spans.forEach(this::execute);
  }

  private void execute(LiveSpan span) {
    processor.ifPresent(each -> each.requireExecutable(span.address, span.byteSize()));
  }

  private long nextStamp() {
    stamp += Thread.currentThread().threadId() * 2 + 1;
    return stamp;
  }
}
