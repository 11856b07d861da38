package io.jitmem.allocator;

import io.jitmem.allocator.heap.CallTargets;
import io.jitmem.allocator.heap.Listeners;
import io.jitmem.allocator.heap.Publisher;
import io.jitmem.allocator.heap.Publisher.Written;
import io.jitmem.allocator.heap.Sealing;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.events.EventSink.PublicationTiming;
import io.jitmem.observe.events.Events;
import io.jitmem.observe.events.Publication;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many writes with one publication: the cores are synchronised once, when the scope is closed, and
 * not once a write. Until then nothing that was written may be executed, and none of the spans can
 * be released or shrunk.
 *
 * <p>Under {@link WriteStrategy#SEAL} all pages of the scope become executable together, and what
 * it has allocated or written cannot be written again after that. Until then nobody else can write
 * them.
 *
 * <p>Not thread-safe: one thread uses a scope at a time. Several scopes may be open at once.
 */
public final class WriteScope implements AutoCloseable {
  private final JitAllocator allocator;
  private final Publisher publisher;
  private final CachePolicy policy;
  private final @Nullable Listeners listeners;
  private final List<Span> spans = new ArrayList<>();
  private final List<Written> written = new ArrayList<>();
  private @Nullable IdentityHashMap<Span, CodeDescription> descriptions;
  private @Nullable Sealing sealing;
  private boolean closed;

  WriteScope(
      JitAllocator allocator,
      Publisher publisher,
      CachePolicy policy,
      @Nullable Listeners listeners) {
    this.allocator = allocator;
    this.publisher = publisher;
    this.policy = policy;
    this.listeners = listeners;
  }

  /**
   * Allocates a span that is to be written in this scope, before it is flushed or closed. Under
   * {@link WriteStrategy#SEAL} it shares its pages with the others of the scope, where one of
   * {@link JitAllocator#allocate(long)} has pages of its own; otherwise the two are the same.
   *
   * @param byteSize the least size in bytes, 1 to {@link JitAllocator#MAX_SPAN_BYTE_SIZE}
   * @return a span as of {@link JitAllocator#allocate(long)}
   * @throws IllegalArgumentException if the size is out of range
   * @throws IllegalStateException if the scope or the allocator is closed
   * @throws CapacityException if the allocator's limit or range has no room for it
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses a new block
   */
  public Span allocate(long byteSize) {
    return allocate(byteSize, Priority.ORDINARY);
  }

  /**
   * Allocates a span that is to be written in this scope and may use the headroom.
   *
   * @param byteSize the least size in bytes, 1 to {@link JitAllocator#MAX_SPAN_BYTE_SIZE}
   * @param priority whether it may
   * @return a span as of {@link #allocate(long)}
   * @throws IllegalArgumentException if the size is out of range
   * @throws IllegalStateException if the scope or the allocator is closed
   * @throws CapacityException if the allocator's limit or range has no room for it
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses a new block
   */
  public Span allocate(long byteSize, Priority priority) {
    requireOpen();
    JitAllocator.requireSpanSize(byteSize);
    Span shared = sealing == null ? null : allocator.allocateIn(sealing, byteSize);
    if (shared != null) {
      return shared;
    }
    Span span = allocator.allocate(byteSize, priority);
    if (span.isSealed()) {
      span.adoptBy(sealing());
    }
    return span;
  }

  /**
   * Writes bytes to the start of a span.
   *
   * @param span a live span of the scope's allocator
   * @param code what to write
   * @throws IllegalArgumentException if the span is another allocator's, or too small
   * @throws IllegalStateException if the span was released, or the scope or the allocator is
   *     closed; under {@link WriteStrategy#SEAL} also if the span was published before, or its
   *     pages are being written by another thread or write scope
   * @throws io.jitmem.virtmem.VirtMemException if the system has no memory left to put behind it
   */
  public void write(Span span, byte[] code) {
    write(span, 0, MemorySegment.ofArray(code));
  }

  /**
   * Writes a segment's bytes into a span.
   *
   * @param span a live span of the scope's allocator
   * @param offset where in the span to write to, in bytes from its start
   * @param code what to write
   * @throws IllegalArgumentException if the span is another allocator's, or the bytes do not fit
   * @throws IllegalStateException if the span was released, or the scope or the allocator is
   *     closed; under {@link WriteStrategy#SEAL} also if the span was published before, or its
   *     pages are being written by another thread or write scope
   * @throws io.jitmem.virtmem.VirtMemException if the system has no memory left to put behind it
   */
  public void write(Span span, long offset, MemorySegment code) {
    long byteSize = code.byteSize();
    if (byteSize > 0) {
      // A segment that cannot be read is refused before anything is written that will be published.
      code.get(ValueLayout.JAVA_BYTE, 0);
    }
    begin(span, offset, byteSize);
    span.copyFrom(code, offset);
  }

  /**
   * Lets code of the caller write a span.
   *
   * @param span a live span of the scope's allocator
   * @param writer is given the whole span, to write; the segment is not alive any more when the
   *     writer returns, and only the calling thread may use it
   * @throws IllegalArgumentException if the span is another allocator's
   * @throws IllegalStateException if the span was released, or the scope or the allocator is
   *     closed; under {@link WriteStrategy#SEAL} also if the span was published before, or its
   *     pages are being written by another thread or write scope
   * @throws io.jitmem.virtmem.VirtMemException if the system has no memory left to put behind it
   */
  public void write(Span span, Consumer<MemorySegment> writer) {
    long byteSize = span.byteSize();
    begin(span, 0, byteSize);
    span.runWriter(byteSize, writer);
  }

  /**
   * Says what is known of a span's code, for the allocator's listeners: they are told when it is
   * published next, if it is written in this scope before. Where the backend lists call targets,
   * those of its symbols that are at multiples of {@link VirtMem#CALL_TARGET_BYTE_ALIGNMENT} are
   * listed then, too. A later description replaces an earlier one. If {@link
   * JitAllocator#wantsDescriptions()} does not hold, this does nothing.
   *
   * @param span a span of the scope's allocator
   * @param description what is known of all that is in the span then
   * @throws IllegalArgumentException if the span is another allocator's
   * @throws IllegalStateException if the scope is closed
   */
  public void describe(Span span, CodeDescription description) {
    requireOpen();
    allocator.requireOwn(span);
    if (allocator.wantsDescriptions()) {
      IdentityHashMap<Span, CodeDescription> known = descriptions;
      if (known == null) {
        known = new IdentityHashMap<>();
        descriptions = known;
      }
      known.put(span, description);
    }
  }

  /**
   * Publishes what was written since the scope was opened or last flushed; its code may be executed
   * from now on.
   *
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses; under {@link
   *     WriteStrategy#SEAL} none of the spans can be written or executed then, only released
   */
  public void flush() {
    try {
      publish();
      if (listeners != null) {
        tell(listeners);
      }
    } finally {
      for (Span span : spans) {
        span.endWrite();
      }
      spans.clear();
      written.clear();
      descriptions = null;
    }
  }

  private void publish() {
    PublicationTiming timing = written.isEmpty() ? null : Events.publishing();
    boolean synced = false;
    try {
      if (sealing != null) {
        sealing.seal();
      }
      if (policy != CachePolicy.NEVER_FLUSH) {
        synced = publisher.publish(written, policy == CachePolicy.FLUSH_AFTER_WRITE);
      }
      listCallTargets();
    } catch (VirtMemException refusal) {
      allocator.refused(JitAllocator.PUBLICATION, writtenBytes(), refusal);
      throw refusal;
    }
    if (timing != null) {
      String strategy = spans.getFirst().strategy();
      int count = new LinkedHashSet<>(spans).size();
      allocator.end(timing, new Publication(strategy, count, writtenBytes(), synced));
    }
  }

  private long writtenBytes() {
    long bytes = 0;
    for (Written each : written) {
      bytes += each.rx().byteSize();
    }
    return bytes;
  }

  /** Once for each span, however often it was written, before anybody is told of it. */
  private void listCallTargets() {
    CallTargets targets = allocator.callTargets();
    if (targets != null) {
      new LinkedHashSet<>(spans).forEach(span -> span.addTo(targets, description(span)));
    }
  }

  /** Once for each span, however often it was written. */
  private void tell(Listeners told) {
    for (Span span : new LinkedHashSet<>(spans)) {
      span.tell(told, description(span));
    }
  }

  private @Nullable CodeDescription description(Span span) {
    return descriptions == null ? null : descriptions.get(span);
  }

  /**
   * Publishes what was written. Closing a second time does nothing.
   *
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      flush();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the write scope is closed");
    }
  }

  private Sealing sealing() {
    Sealing known = sealing;
    if (known == null) {
      known = allocator.newSealing();
      sealing = known;
    }
    return known;
  }

  private void begin(Span span, long offset, long byteSize) {
    requireOpen();
    allocator.requireOwn(span);
    boolean maybeFetched = beginWrite(span, offset, byteSize);
    spans.add(span);
    written.add(new Written(span.executable(offset, byteSize), maybeFetched));
  }

  private boolean beginWrite(Span span, long offset, long byteSize) {
    try {
      return span.beginWrite(offset, byteSize, span.isSealed() ? sealing() : null);
    } catch (VirtMemException refusal) {
      allocator.refused(JitAllocator.WRITE, byteSize, refusal);
      throw refusal;
    }
  }
}
