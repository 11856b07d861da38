package io.jitmem.allocator;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.SpanFactory;
import io.jitmem.allocator.heap.BlockMappers;
import io.jitmem.allocator.heap.Budget;
import io.jitmem.allocator.heap.CallTargets;
import io.jitmem.allocator.heap.Heap;
import io.jitmem.allocator.heap.Listeners;
import io.jitmem.allocator.heap.NoRoom;
import io.jitmem.allocator.heap.PoolFigures;
import io.jitmem.allocator.heap.Publisher;
import io.jitmem.allocator.heap.Sealing;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.events.EventSink.PublicationTiming;
import io.jitmem.observe.events.EventSink.SpanTiming;
import io.jitmem.observe.events.Events;
import io.jitmem.observe.events.Publication;
import io.jitmem.observe.picture.HeapSnapshot;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Allocates spans of executable memory, writes machine code to them and publishes it.
 *
 * <p><b>What is refused.</b> Releasing twice, releasing an address at which no span starts, a span
 * of another allocator, growing by {@link #shrink}, writing past a span or after its release, and
 * every use after {@link #close()}: each is an exception, and nothing has changed. The one thing
 * that cannot be checked is whether a thread still executes what is released; that is the caller's
 * responsibility, as in C.
 *
 * <p><b>Threads.</b> Every method may be called by any number of threads at once, and any thread
 * may release what another allocated. {@link #reset} and {@link #close()} invalidate spans of all
 * threads, so no other thread may be executing their code.
 *
 * <p><b>Errors of the system</b> arrive as {@link io.jitmem.virtmem.VirtMemException}.
 */
public final class JitAllocator implements AutoCloseable {
  /** The largest span, in bytes. */
  public static final long MAX_SPAN_BYTE_SIZE = 1L << 30;

  /** A class and not a lambda, since the first lambda costs a fresh JVM milliseconds. */
  private static final SpanFactory<Span> SPANS = new Spans();

  /** What is asked for, in the words of events. */
  private static final String SPAN = "span";

  static final String WRITE = "write";
  static final String PUBLICATION = "publication";

  private final VirtMem virtMem;
  private final Heap heap;
  private final Publisher publisher;
  private final @Nullable Listeners listeners;

  JitAllocator(AllocatorOptions options) {
    virtMem = options.resolveVirtMem();
    listeners = options.listeners();
    heap = new Heap(options.mapping(virtMem), options.heapOptions(virtMem, listeners));
    publisher = new Publisher(virtMem);
    Events.opened(heap);
  }

  /**
   * An allocator with the default options, on the host's backend.
   *
   * @return a new allocator
   * @throws UnsupportedOperationException if there is no backend for this system
   */
  public static JitAllocator create() {
    return builder().build();
  }

  /**
   * An allocator with options.
   *
   * @return a builder with the default options
   */
  public static JitAllocatorBuilder builder() {
    return new JitAllocatorBuilder();
  }

  /**
   * What the allocator is called in events.
   *
   * @return the name that its builder was given, or {@code allocator-} and a number
   */
  public String name() {
    return heap.name();
  }

  /**
   * The backend that this allocator takes its blocks from.
   *
   * @return the backend
   */
  public VirtMem virtMem() {
    return virtMem;
  }

  /**
   * How code is written. If no block has been mapped yet and no strategy was asked for, the system
   * is tried.
   *
   * @return the strategy, always the same
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses every strategy
   */
  public WriteStrategy strategy() {
    return WriteStrategy.valueOf(heap.mapping().mapper().access().strategy());
  }

  /** What a write scope makes its pages executable by. */
  Sealing newSealing() {
    return new Sealing(heap);
  }

  /** Cuts a span out of the pages of a write scope, or returns null if they have no room. */
  @Nullable Span allocateIn(Sealing sealing, long byteSize) {
    SpanTiming timing = Events.allocating();
    Span span = sealing.allocate(byteSize, SPANS);
    if (timing != null && span != null) {
      end(timing, span);
    }
    return span;
  }

  private void end(SpanTiming timing, Span span) {
    Events.end(timing, heap, span.address(), span.byteSize(), span.granularity());
  }

  /**
   * Allocates a span. What it holds is undefined until it is written. Under {@link
   * WriteStrategy#SEAL} it has whole pages to itself: spans that are to share pages are allocated
   * by {@link WriteScope#allocate(long)}.
   *
   * @param byteSize the least size in bytes, 1 to {@link #MAX_SPAN_BYTE_SIZE}
   * @return a span of that size, rounded up to the granularity, to which its address is aligned
   * @throws IllegalArgumentException if the size is out of range
   * @throws IllegalStateException if the allocator is closed
   * @throws CapacityException if the allocator's limit or range has no room for it
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses a new block
   */
  public Span allocate(long byteSize) {
    return allocate(byteSize, Priority.ORDINARY);
  }

  /**
   * Allocates a span that may use the headroom.
   *
   * @param byteSize the least size in bytes, 1 to {@link #MAX_SPAN_BYTE_SIZE}
   * @param priority whether it may
   * @return a span as of {@link #allocate(long)}
   * @throws IllegalArgumentException if the size is out of range
   * @throws IllegalStateException if the allocator is closed
   * @throws CapacityException if the allocator's limit or range has no room for it
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses a new block
   */
  public Span allocate(long byteSize, Priority priority) {
    requireSpanSize(byteSize);
    return Events.areTold() ? placeTold(byteSize, priority) : place(byteSize, priority);
  }

  private Span placeTold(long byteSize, Priority priority) {
    SpanTiming timing = Events.allocating();
    Span span = place(byteSize, priority);
    if (timing != null) {
      end(timing, span);
    }
    return span;
  }

  private Span place(long byteSize, Priority priority) {
    try {
      return heap.allocate(byteSize, priority == Priority.MUST_SUCCEED, SPANS);
    } catch (NoRoom full) {
      RuntimeException refusal = CapacityException.of(byteSize, priority, capacity(), full);
      heap.refused(SPAN, byteSize, refusal);
      throw refusal;
    } catch (VirtMemException | UnsupportedOperationException refusal) {
      heap.refused(SPAN, byteSize, refusal);
      throw refusal;
    }
  }

  /** A write or publication of so many bytes was refused by the system. */
  void refused(String request, long byteSize, VirtMemException refusal) {
    heap.refused(request, byteSize, refusal);
  }

  static void requireSpanSize(long byteSize) {
    if (byteSize < 1 || byteSize > MAX_SPAN_BYTE_SIZE) {
      throw new IllegalArgumentException(
          "a span has 1.." + MAX_SPAN_BYTE_SIZE + " bytes, not " + byteSize);
    }
  }

  /** Not by way of statistics(), which may try the system for its strategy. */
  private CapacityException.Figures capacity() {
    Budget budget = heap.mapping().mappers().budget();
    List<PoolFigures> pools = heap.figures();
    return new CapacityException.Figures(
        budget.limit(),
        budget.headroom(),
        pools.stream().mapToLong(PoolFigures::reservedBytes).sum(),
        pools.stream().mapToLong(PoolFigures::usedBytes).sum(),
        pools.stream().mapToLong(PoolFigures::heldBytes).sum());
  }

  /**
   * Releases a span. Nothing may execute it any more.
   *
   * @param span a live span of this allocator
   * @throws IllegalArgumentException if it is another allocator's
   * @throws IllegalStateException if it was released before or is being written, or the allocator
   *     is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take the block back that
   *     this has emptied; the span is released all the same
   */
  public void release(Span span) {
    requireOwn(span);
    if (Events.areTold()) {
      releaseTold(span);
    } else {
      span.release();
    }
  }

  private void releaseTold(Span span) {
    SpanTiming timing = Events.releasing();
    span.release();
    if (timing != null) {
      end(timing, span);
    }
  }

  /**
   * Releases the span that starts at an address. An address carries no proof of whose span it is:
   * unlike {@link #release(Span)}, this cannot tell the caller's span from a later one at the same
   * place, nor see that the span is being written.
   *
   * @param address the address of a live span's first byte, where it is executed
   * @throws IllegalArgumentException if no live span of this allocator starts there
   * @throws IllegalStateException if the allocator is closed
   * @throws io.jitmem.virtmem.VirtMemException as in {@link #release(Span)}
   */
  public void release(long address) {
    heap.releaseAt(address);
  }

  /**
   * Gives the end of a span back. To shrink it to nothing is to release it.
   *
   * @param span a live span of this allocator
   * @param byteSize the size in bytes that is still needed, 0 to the span's size
   * @throws IllegalArgumentException if the size is out of that range, or the span is another
   *     allocator's
   * @throws IllegalStateException if the span was released before or is being written, or the
   *     allocator is closed
   */
  public void shrink(Span span, long byteSize) {
    requireOwn(span);
    if (byteSize == 0) {
      release(span);
    } else {
      span.shrink(byteSize);
    }
  }

  /**
   * Finds the live span that an address lies in.
   *
   * @param address any address
   * @return the span, as another object than the one that {@link #allocate} returned: it stands for
   *     what is at that address now, and releasing either invalidates both; empty if the address is
   *     in no live span of this allocator
   * @throws IllegalStateException if the allocator is closed
   */
  public Optional<Span> query(long address) {
    return Optional.ofNullable(heap.query(address, SPANS));
  }

  /**
   * Writes bytes to the start of a span and publishes them.
   *
   * <p>Under {@link WriteStrategy#SEAL} a span is written once, by whichever method: its pages are
   * executable from then on, and another write would take the code away from threads that are
   * executing it. Writes that belong together are done in one {@link #writeScope()}.
   *
   * @param span a live span of this allocator
   * @param code what to write
   * @throws IllegalArgumentException if the span is another allocator's, or too small; nothing is
   *     written then
   * @throws IllegalStateException if the span was released, or the allocator is closed; under
   *     {@link WriteStrategy#SEAL} also if it was written before, or its pages are being written by
   *     another thread or write scope
   * @throws io.jitmem.virtmem.VirtMemException if the system has no memory left to put behind it,
   *     or refuses to seal it; in the second case the span can only be released
   */
  public void write(Span span, byte[] code) {
    write(span, 0, MemorySegment.ofArray(code));
  }

  /**
   * Writes a segment's bytes into a span and publishes them.
   *
   * @param span a live span of this allocator
   * @param offset where in the span to write to, in bytes from its start
   * @param code what to write
   * @throws IllegalArgumentException if the span is another allocator's, or the bytes do not fit;
   *     nothing is written then
   * @throws IllegalStateException as of {@link #write(Span, byte[])}
   * @throws io.jitmem.virtmem.VirtMemException as of {@link #write(Span, byte[])}
   */
  public void write(Span span, long offset, MemorySegment code) {
    requireOwn(span);
    if (span.isSealed()) {
      writeInScope(span, offset, code);
      return;
    }
    try {
      writeNow(span, offset, code);
    } catch (VirtMemException refusal) {
      heap.refused(WRITE, code.byteSize(), refusal);
      throw refusal;
    }
  }

  private void writeNow(Span span, long offset, MemorySegment code) {
    long byteSize = code.byteSize();
    boolean maybeFetched = span.beginWrite(offset, byteSize, null);
    try {
      span.copyFrom(code, offset);
      PublicationTiming timing = Events.publishing();
      boolean synced = publisher.publish(span.executable(offset, byteSize), maybeFetched);
      if (timing != null) {
        end(timing, new Publication(span.strategy(), 1, byteSize, synced));
      }
      if (heap.callTargets() != null) {
        span.addTo(heap.callTargets(), null);
      }
      if (listeners != null) {
        span.tell(listeners, null);
      }
    } finally {
      span.endWrite();
    }
  }

  /** A publication that took this time is done. */
  void end(PublicationTiming timing, Publication publication) {
    Events.end(timing, heap, publication);
  }

  /**
   * Writes bytes to the start of a span and publishes them, with what listeners are told of them.
   *
   * @param span a live span of this allocator
   * @param code what to write
   * @param description what is known of it
   * @throws IllegalArgumentException as of {@link #write(Span, byte[])}
   * @throws IllegalStateException as of {@link #write(Span, byte[])}
   * @throws io.jitmem.virtmem.VirtMemException as of {@link #write(Span, byte[])}
   */
  public void write(Span span, byte[] code, CodeDescription description) {
    try (WriteScope scope = writeScope()) {
      scope.describe(span, description);
      scope.write(span, code);
    }
  }

  /**
   * Whether it is worth describing code: somebody is told of it, or the places are listed where
   * calls may enter it.
   *
   * @return true if the allocator has a listener, or {@link VirtMem#listsCallTargets()} holds for
   *     its backend
   */
  public boolean wantsDescriptions() {
    return listeners != null || heap.callTargets() != null;
  }

  /** The list of places where calls may enter, if the backend keeps one. */
  @Nullable CallTargets callTargets() {
    return heap.callTargets();
  }

  private void writeInScope(Span span, long offset, MemorySegment code) {
    try (WriteScope scope = writeScope()) {
      scope.write(span, offset, code);
    }
  }

  /**
   * Lets code of the caller write a span, and publishes it.
   *
   * @param span a live span of this allocator
   * @param writer is given the whole span, to write; the segment is not alive any more when the
   *     writer returns, and only the calling thread may use it. What it throws is passed on; what
   *     it had written until then is published.
   * @throws IllegalArgumentException if the span is another allocator's
   * @throws IllegalStateException as of {@link #write(Span, byte[])}
   * @throws io.jitmem.virtmem.VirtMemException as of {@link #write(Span, byte[])}
   */
  public void write(Span span, Consumer<MemorySegment> writer) {
    try (WriteScope scope = writeScope()) {
      scope.write(span, writer);
    }
  }

  /**
   * Opens a scope for many writes with one publication.
   *
   * @return a scope to close
   */
  public WriteScope writeScope() {
    return writeScope(CachePolicy.DEFAULT);
  }

  /**
   * Opens a scope for many writes with one publication by a policy.
   *
   * @param policy what is done when the scope is closed
   * @return a scope to close
   */
  public WriteScope writeScope(CachePolicy policy) {
    return new WriteScope(this, publisher, policy, listeners);
  }

  /**
   * What the allocator holds at this moment. Cost is linear in the number of blocks.
   *
   * @return the figures
   * @throws IllegalStateException if the allocator is closed
   */
  public AllocatorStatistics statistics() {
    BlockMappers mappers = heap.mapping().mappers();
    return new AllocatorStatistics(
        strategy(),
        heap.mapping().reason(),
        heap.figures().stream().map(JitAllocator::statistics).toList(),
        mappers.budget().limit(),
        mappers.budget().headroom(),
        mappers.largePages().blockCount(),
        mappers.largePages().fallbackCount());
  }

  /**
   * What each block holds, area by area, to be looked at or drawn. Other threads go on meanwhile:
   * each block is as it was at one moment, under a lock for as long as it takes to copy two bits a
   * granule, but not all at the same moment. Spans appear without their age, which nothing keeps.
   * Cost is linear in the memory reserved.
   *
   * @return the snapshot; while nobody else uses the allocator, its figures are those of {@link
   *     #statistics()}
   * @throws IllegalStateException if the allocator is closed
   */
  public HeapSnapshot snapshot() {
    return heap.snapshot();
  }

  /**
   * How much of what {@link Priority#ORDINARY} requests may use is taken, so that a compiler can do
   * less before it is refused. Spans, and what is in quarantine, count; since free memory may be in
   * pieces, and blocks differ in size, a refusal can come before 1. Cost is linear in the number of
   * blocks.
   *
   * @return 0 to 1; always 0 without a limit or range
   * @throws IllegalStateException if the allocator is closed
   */
  public double pressure() {
    if (heap.isClosed()) {
      throw new IllegalStateException("the allocator is closed");
    }
    return heap.pressure();
  }

  /**
   * How many requests were refused so far: spans for which there was no room, and writes and
   * publications for which the system did not give what they needed. A wrong argument is none.
   *
   * @return the number
   */
  public long refusalCount() {
    return heap.refusalCount();
  }

  /**
   * Gives memory back to the system that no span needs now: whole free pages inside blocks, which
   * come back when nothing else is free, and blocks without spans. With {@link
   * JitAllocatorBuilder#fillUnusedMemory} what was given back reads as zeros until it is used
   * again. Cost is linear in the memory reserved.
   *
   * @return the number of bytes; 0 if there is nothing to give, or the backend cannot
   * @throws IllegalStateException if the allocator is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses; what it has not taken can
   *     still be allocated
   */
  public long trim() {
    return heap.trim();
  }

  /**
   * Releases every span. No thread may execute one, or use the allocator meanwhile.
   *
   * @param policy whether a block is kept for what comes next
   * @throws IllegalStateException if the allocator is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take a block back; the
   *     spans are released all the same
   */
  public void reset(ResetPolicy policy) {
    heap.reset(policy == ResetPolicy.HARD);
  }

  /**
   * Releases every span and gives all memory back. No thread may execute a span, or use the
   * allocator meanwhile. Closing a second time does nothing.
   *
   * @throws IllegalStateException if a native call is in one of the blocks, bound to {@link
   *     Span#entry()}: that block stays mapped until the allocator is closed again, and the others
   *     are gone
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take a block back
   */
  @Override
  public void close() {
    heap.close();
  }

  /**
   * Whether {@link #close()} was called.
   *
   * @return true from then on
   */
  public boolean isClosed() {
    return heap.isClosed();
  }

  /**
   * Checks what must hold inside the allocator, for tests. Cost is linear in the memory reserved.
   *
   * @throws IllegalStateException if the allocator has a fault, with what is wrong
   */
  public void verify() {
    heap.verify();
  }

  void requireOwn(Span span) {
    if (span.heap() != heap) {
      throw new IllegalArgumentException(span + " belongs to another allocator");
    }
  }

  private record Spans() implements SpanFactory<Span> {
    @Override
    public Span make(Block block, int first, int count, int birth, boolean untouched) {
      return new Span(block, first, count, birth, untouched);
    }
  }

  private static PoolStatistics statistics(PoolFigures figures) {
    return new PoolStatistics(
        figures.granuleByteSize(),
        figures.blockCount(),
        figures.spanCount(),
        figures.usedBytes(),
        figures.heldBytes(),
        figures.reservedBytes(),
        figures.committedBytes(),
        figures.overheadBytes());
  }
}
