package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Blocks with address space around them that nobody can access, so that running or writing past a
 * block's end faults. Each view of a block is a reservation, of which the middle is committed.
 */
final class GuardedMapper implements BlockMapper {
  /** The parts of the reservations that are committed, and what is to be released. */
  private record Reserved(MemorySegment rx, MemorySegment rw, ReservedViews views) {
    Reserved(MemorySegment rx, MemorySegment rw) {
      this(rx, rw, new ReservedViews(rx, rw));
    }

    void release(VirtMem virtMem) {
      views.release(virtMem);
    }
  }

  private final VirtMem virtMem;
  private final Access access;

  /** By the address of the block. */
  private final Map<Long, Reserved> reserved = new ConcurrentHashMap<>();

  /** What the system has not taken back so far, to be tried again at the end. */
  private final Queue<Reserved> refused = new ConcurrentLinkedQueue<>();

  GuardedMapper(VirtMem virtMem, Access access) {
    this.virtMem = virtMem;
    this.access = access;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public long guardByteSize() {
    return virtMem.pages().granularity();
  }

  @Override
  public BlockMemory map(long least, long wanted) {
    long guard = guardByteSize();
    Reserved space = reserve(wanted + 2 * guard);
    try {
      MemorySegment rx = space.rx().asSlice(guard, wanted);
      MemorySegment rw = access == Access.DUAL ? space.rw().asSlice(guard, wanted) : rx;
      BlockMemory memory = BlockMapper.commit(virtMem, access, rx, rw, false);
      reserved.put(rx.address(), space);
      return memory;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> space.release(virtMem));
      throw failure;
    }
  }

  private Reserved reserve(long byteSize) {
    MemorySegment rx = virtMem.reserve(byteSize, Placement.anywhere());
    if (access != Access.DUAL) {
      return new Reserved(rx, rx);
    }
    try {
      return new Reserved(rx, virtMem.reserve(byteSize, Placement.anywhere()));
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> virtMem.release(rx));
      throw failure;
    }
  }

  @Override
  public void unmap(BlockMemory memory) {
    Reserved space = reserved.remove(memory.rx().address());
    if (space == null) {
      throw new IllegalStateException(memory + " was unmapped before");
    }
    try {
      space.release(virtMem);
    } catch (RuntimeException refusal) {
      refused.add(space);
      throw refusal;
    }
  }

  @Override
  public void close() {
    Attempts attempts = new Attempts();
    for (Reserved space : refused) {
      attempts.make(() -> {
        space.release(virtMem);
        refused.remove(space);
      });
    }
    attempts.requireSuccess();
  }
}
