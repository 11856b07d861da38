package io.jitmem.mapped;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The live mappings of a backend. Each has an arena, which is closed before its memory is unmapped:
 * a segment that outlives its memory throws where it would otherwise reach whatever is mapped there
 * next. That makes a double release harmless too. Closing an arena asks every thread of the JVM, so
 * whoever needs none of this may have the global arena instead ({@link
 * MappingOptions#globalScope()}).
 *
 * <p>Thread-safe. A mapping is released by whoever claims it. It leaves the table when its segments
 * are dead, so that whoever comes second finds it dead or claimed, and never finds nothing.
 */
public final class Mappings {
  /**
   * What a mapping is made of: {@code runs} is there for a reservation only, {@code use} counts for
   * the others that have one segment.
   */
  private record Content(PageUse use, long largePageByteSize, @Nullable PageRuns runs) {}

  private record Mapping(
      Arena arena,
      MemorySegment first,
      MemorySegment second,
      Content content,
      AtomicBoolean claimed) {
    Mapping(Arena arena, MemorySegment first, MemorySegment second, Content content) {
      this(arena, first, second, content, new AtomicBoolean());
    }

    /** Closes the scope of the segments, if they have one that can be closed. */
    void end() {
      if (!arena.equals(Arena.global())) {
        arena.close();
      }
    }

    boolean isDual() {
      return first.address() != second.address();
    }

    /** The segment that an address is in, if it is in any. */
    MemorySegment view(long address) {
      long offset = address - first.address();
      return offset >= 0 && offset < first.byteSize() ? first : second;
    }

    List<PageRun> pages(MemorySegment range) {
      PageRuns runs = content.runs();
      return runs != null
          ? runs.in(range)
          : List.of(new PageRun(range.address(), range.byteSize(), use(range)));
    }

    private PageUse use(MemorySegment range) {
      if (!isDual()) {
        return content.use();
      }
      return view(range.address()).address() == first.address()
          ? PageUse.EXECUTABLE_VIEW
          : PageUse.WRITABLE_VIEW;
    }
  }

  private final NativeBinder binder;
  private final MappedMemory memory;

  /**
   * Under a lock, which is nothing beside the system calls around it; loading and linking a
   * concurrent map takes a fresh JVM as long as ten classes.
   */
  private final NavigableMap<Long, Mapping> byAddress =
      Collections.synchronizedNavigableMap(new TreeMap<>());

  /**
   * Mappings that are out of the table but that the system has refused to unmap so far. Guarded by
   * itself.
   */
  private final Queue<Mapping> refused = new ArrayDeque<>(0);

  /** An empty table. */
  public Mappings(NativeBinder binder, MappedMemory memory) {
    this.binder = binder;
    this.memory = memory;
  }

  /** Enters memory that was just mapped with these options; unmaps it if that fails. */
  public MemorySegment enter(long address, long byteSize, PageUse use, MappingOptions options) {
    Content content = new Content(use, options.largePageByteSize(), null);
    ViewAddresses views = new ViewAddresses(address, address);
    return enter(views, byteSize, content, options.globalScope()).first();
  }

  /** Enters address space that was just reserved; unmaps it if that fails. */
  public MemorySegment enterReserved(long address, long byteSize) {
    Content content = new Content(PageUse.RESERVED, 0, new PageRuns(address, byteSize));
    return enter(new ViewAddresses(address, address), byteSize, content, false).first();
  }

  /** Enters two views that were just mapped with these options; unmaps them if that fails. */
  public DualMapping enter(
      ViewAddresses views, long byteSize, String mechanism, MappingOptions options) {
    Content content = new Content(PageUse.EXECUTABLE_VIEW, options.largePageByteSize(), null);
    Mapping mapping = enter(views, byteSize, content, options.globalScope());
    return new DualMapping(mapping.first(), mapping.second(), mechanism);
  }

  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the mapping: see remove
  private Mapping enter(ViewAddresses views, long byteSize, Content content, boolean globalScope) {
    try {
      Arena arena = globalScope ? Arena.global() : Arena.ofShared();
      MemorySegment rx = binder.segment(views.rx(), byteSize, arena);
      MemorySegment rw = views.isSingle() ? rx : binder.segment(views.rw(), byteSize, arena);
      Mapping mapping = new Mapping(arena, rx, rw, content);
      byAddress.put(views.rx(), mapping);
      byAddress.put(views.rw(), mapping);
      return mapping;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> memory.unmap(views.rx(), byteSize, content.use()));
      if (!views.isSingle()) {
        Undo.after(failure, () -> memory.unmap(views.rw(), byteSize, PageUse.WRITABLE_VIEW));
      }
      throw failure;
    }
  }

  /** Unmaps what was entered as one segment. */
  public void release(MemorySegment segment) {
    Mapping mapping = find(segment);
    if (mapping.isDual()) {
      throw new IllegalArgumentException(
          text(segment) + " is a view of a dual mapping: release the mapping");
    }
    requireWhole(segment, mapping.first());
    remove(mapping);
  }

  /** Unmaps both views. */
  public void release(DualMapping dual) {
    Mapping mapping = find(dual.rx());
    requireWhole(dual.rx(), mapping.first());
    requireWhole(dual.rw(), mapping.second());
    remove(mapping);
  }

  /** What the pages of a range are, in the order of their addresses. */
  List<PageRun> pages(MemorySegment range) {
    return find(range).pages(range);
  }

  /** The size of the pages that a range is made of, or 0 for normal ones. */
  public long largePageByteSize(MemorySegment range) {
    return find(range).content().largePageByteSize();
  }

  /** Whether a segment is a reservation or a part of one. */
  public boolean isReserved(MemorySegment segment) {
    return find(segment).content().runs() != null;
  }

  /** What the pages of the reservation are that a range lies in. */
  PageRuns reservation(MemorySegment range) {
    PageRuns runs = find(range).content().runs();
    if (runs == null) {
      throw new IllegalArgumentException(text(range) + " is not in a reservation");
    }
    return runs;
  }

  private Mapping find(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(segment + " is not native memory");
    }
    requireAlive(segment);
    Map.Entry<Long, Mapping> below = byAddress.floorEntry(segment.address());
    if (below == null || !contains(below.getValue(), segment)) {
      // Another thread may have released it meanwhile.
      requireAlive(segment);
      throw new IllegalArgumentException(text(segment) + " is not memory of this backend");
    }
    return below.getValue();
  }

  private static void requireAlive(MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(text(segment) + " was released before");
    }
  }

  /**
   * The scope tells memory of ours from somebody else's segment over the same addresses; a segment
   * that was made longer than it was has the scope, too.
   */
  private static boolean contains(Mapping mapping, MemorySegment segment) {
    MemorySegment view = mapping.view(segment.address());
    long offset = segment.address() - view.address();
    return segment.scope().equals(view.scope())
        && offset >= 0
        && offset <= view.byteSize()
        && segment.byteSize() <= view.byteSize() - offset;
  }

  private static void requireWhole(MemorySegment segment, MemorySegment whole) {
    if (segment.address() != whole.address() || segment.byteSize() != whole.byteSize()) {
      throw new IllegalArgumentException(
          text(segment) + " is not the whole of " + text(whole) + ", which is released at once");
    }
  }

  private void remove(Mapping mapping) {
    if (!mapping.claimed().compareAndSet(false, true)) {
      throw new IllegalStateException(text(mapping.first()) + " was released before");
    }
    try {
      mapping.end();
    } catch (IllegalStateException inUse) {
      mapping.claimed().set(false);
      throw new IllegalStateException(
          text(mapping.first()) + " is in use by a native call and cannot be released now", inUse);
    }
    byAddress.remove(mapping.first().address(), mapping);
    byAddress.remove(mapping.second().address(), mapping);
    unmap(mapping);
    retryRefused();
  }

  private void unmap(Mapping mapping) {
    try {
      MemorySegment first = mapping.first();
      memory.unmap(first.address(), first.byteSize(), mapping.content().use());
    } catch (VirtMemException failure) {
      // Unmapping a part of what the kernel has merged with its neighbours needs one mapping more,
      // which may be one too many.
      keep(mapping);
      throw failure;
    }
    if (mapping.isDual()) {
      unmapSecond(mapping);
    }
  }

  /**
   * Segments of the global scope can be released once more. Those whose arena is closed nobody can
   * come back for: they are kept for the next release.
   */
  private void keep(Mapping mapping) {
    if (mapping.arena().equals(Arena.global())) {
      byAddress.put(mapping.first().address(), mapping);
      byAddress.put(mapping.second().address(), mapping);
      mapping.claimed().set(false);
    } else {
      keepRefused(mapping);
    }
  }

  private void unmapSecond(Mapping mapping) {
    try {
      MemorySegment second = mapping.second();
      memory.unmap(second.address(), second.byteSize(), PageUse.WRITABLE_VIEW);
    } catch (VirtMemException failure) {
      keepRefused(
          new Mapping(mapping.arena(), mapping.second(), mapping.second(), mapping.content()));
      throw failure;
    }
  }

  private void keepRefused(Mapping mapping) {
    synchronized (refused) {
      refused.add(mapping);
    }
  }

  private void retryRefused() {
    Mapping mapping;
    synchronized (refused) {
      mapping = refused.poll();
    }
    if (mapping != null) {
      unmap(mapping);
    }
  }

  static String text(MemorySegment segment) {
    return PageRun.text(segment.address(), segment.byteSize());
  }
}
