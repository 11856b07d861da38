package io.jitmem.tests.lincheck;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * The allocator. It has a quarantine that nothing leaves, so that an address stays the name of one
 * span.
 */
@Param(name = "slot", gen = IntGen.class, conf = "0:2")
@Param(name = "byteSize", gen = IntGen.class, conf = "0:256")
public class RealSlots implements SpanSlots {
  private final SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
  private final JitAllocator allocator =
      JitAllocator.builder()
          .virtMem(memory)
          .strategy(WriteStrategy.DUAL)
          .quarantine(1 << 20)
          .build();
  private final AtomicReferenceArray<Span> spans = new AtomicReferenceArray<>(COUNT);

  /** Slots without spans. */
  public RealSlots() {}

  @Operation
  @Override
  public String allocate(@Param(name = "slot") int slot) {
    return answer(() -> {
      Span span = allocator.allocate(BYTE_SIZE);
      if (spans.compareAndSet(slot, null, span)) {
        return "allocated";
      }
      allocator.release(span);
      return "there is one";
    });
  }

  @Operation
  @Override
  public String release(@Param(name = "slot") int slot) {
    Span span = spans.get(slot);
    return span == null ? "there is none" : answer(() -> release(span));
  }

  private String release(Span span) {
    allocator.release(span);
    return "released";
  }

  @Operation
  @Override
  public String shrink(@Param(name = "slot") int slot, @Param(name = "byteSize") int byteSize) {
    Span span = spans.get(slot);
    return span == null ? "there is none" : answer(() -> shrink(span, byteSize));
  }

  private String shrink(Span span, int byteSize) {
    allocator.shrink(span, byteSize);
    return "shrunk";
  }

  @Operation
  @Override
  public String query(@Param(name = "slot") int slot) {
    Span span = spans.get(slot);
    return span == null ? "nothing" : answer(() -> sizeAt(span.address()));
  }

  private String sizeAt(long address) {
    return allocator.query(address).map(found -> found.byteSize() + " bytes").orElse("nothing");
  }

  private static String answer(Supplier<String> operation) {
    try {
      return operation.get();
    } catch (IllegalStateException late) {
      return "too late";
    } catch (IllegalArgumentException tooLarge) {
      return "too large";
    }
  }

  /** Lincheck calls it when the threads are done. */
  @Validate
  public void verify() {
    allocator.verify();
  }
}
