package io.jitmem.posix;

import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The live mappings of a backend. Each has an arena, which is closed before its memory is unmapped:
 * a segment that outlives its memory throws where it would otherwise reach whatever is mapped there
 * next. That makes a double release harmless too.
 *
 * <p>Thread-safe. A mapping is released by whoever removes it from the table.
 */
public final class Mappings {
  private record Mapping(Arena arena, MemorySegment first, MemorySegment second) {
    boolean isDual() {
      return first.address() != second.address();
    }
  }

  private final NativeBinder binder;
  private final PosixCalls calls;
  private final ConcurrentSkipListMap<Long, Mapping> byAddress = new ConcurrentSkipListMap<>();

  /** Mappings that are out of the table but that the system has refused to unmap so far. */
  private final Queue<Mapping> refused = new ConcurrentLinkedQueue<>();

  /** An empty table. */
  public Mappings(NativeBinder binder, PosixCalls calls) {
    this.binder = binder;
    this.calls = calls;
  }

  /** Enters memory that was just mapped; unmaps it if that fails. */
  public MemorySegment enter(long address, long byteSize) {
    return enter(new DualViews.Addresses(address, address), byteSize).first();
  }

  /** Enters two views that were just mapped; unmaps them if that fails. */
  public DualMapping enter(DualViews.Addresses views, long byteSize, String mechanism) {
    Mapping mapping = enter(views, byteSize);
    return new DualMapping(mapping.first(), mapping.second(), mechanism);
  }

  @SuppressWarnings("MustBeClosedChecker") // the arena lives as long as the mapping: see remove
  private Mapping enter(DualViews.Addresses views, long byteSize) {
    try {
      Arena arena = Arena.ofShared();
      MemorySegment rx = binder.segment(views.rx(), byteSize, arena);
      MemorySegment rw = views.isSingle() ? rx : binder.segment(views.rw(), byteSize, arena);
      Mapping mapping = new Mapping(arena, rx, rw);
      byAddress.put(views.rx(), mapping);
      byAddress.put(views.rw(), mapping);
      return mapping;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.munmap(views.rx(), byteSize));
      if (!views.isSingle()) {
        Undo.after(failure, () -> calls.munmap(views.rw(), byteSize));
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

  /**
   * Checks that a range lies in a mapping of one segment, so that its protection may be changed.
   */
  public void requireSingle(MemorySegment range) {
    if (find(range).isDual()) {
      throw new IllegalArgumentException(
          text(range) + " is in a dual mapping, whose views keep their protections");
    }
  }

  private Mapping find(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(segment + " is not native memory");
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(text(segment) + " was released before");
    }
    Map.Entry<Long, Mapping> below = byAddress.floorEntry(segment.address());
    if (below == null || !contains(below.getValue(), segment)) {
      throw new IllegalArgumentException(text(segment) + " is not memory of this backend");
    }
    return below.getValue();
  }

  /** The scope tells memory of ours from somebody else's segment over the same addresses. */
  private static boolean contains(Mapping mapping, MemorySegment segment) {
    return segment.scope().equals(mapping.first().scope());
  }

  private static void requireWhole(MemorySegment segment, MemorySegment whole) {
    if (segment.address() != whole.address() || segment.byteSize() != whole.byteSize()) {
      throw new IllegalArgumentException(
          text(segment) + " is not the whole of " + text(whole) + ", which is released at once");
    }
  }

  private void remove(Mapping mapping) {
    if (!byAddress.remove(mapping.first().address(), mapping)) {
      throw new IllegalStateException(text(mapping.first()) + " was released before");
    }
    try {
      mapping.arena().close();
    } catch (IllegalStateException inUse) {
      byAddress.put(mapping.first().address(), mapping);
      throw new IllegalStateException(
          text(mapping.first()) + " is in use by a native call and cannot be released now", inUse);
    }
    byAddress.remove(mapping.second().address(), mapping);
    unmap(mapping);
    retryRefused();
  }

  private void unmap(Mapping mapping) {
    try {
      calls.munmap(mapping.first().address(), mapping.first().byteSize());
    } catch (VirtMemException failure) {
      // Unmapping a part of what the kernel has merged with its neighbours needs one mapping more,
      // which may be one too
      // many. The arena is closed already, so nobody can come back for the memory: keep it for the
      // next release.
      refused.add(mapping);
      throw failure;
    }
    if (mapping.isDual()) {
      unmapSecond(mapping);
    }
  }

  private void unmapSecond(Mapping mapping) {
    try {
      calls.munmap(mapping.second().address(), mapping.second().byteSize());
    } catch (VirtMemException failure) {
      refused.add(new Mapping(mapping.arena(), mapping.second(), mapping.second()));
      throw failure;
    }
  }

  private void retryRefused() {
    Mapping mapping = refused.poll();
    if (mapping != null) {
      unmap(mapping);
    }
  }

  private static String text(MemorySegment segment) {
    return "memory at " + Posix.hex(segment.address()) + " of " + segment.byteSize() + " bytes";
  }
}
