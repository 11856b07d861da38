package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Blocks inside one reservation, so that any two spans are within its size of each other. The
 * reservation is made for the first block.
 *
 * <p>With two views, the whole of it is committed at once, from one piece of shared memory, of
 * which the system takes what is touched: however many blocks there are, there are two mappings.
 * With one view, or with guards around blocks, blocks are committed one by one. Either way {@code
 * rw} is {@code rx} plus a constant.
 *
 * <p>The monitor guards {@code range}, {@code space} and {@code usedTo}, and is held while the
 * reservation is made, but during no other system call.
 */
final class RangeMapper implements BlockMapper {
  private final VirtMem virtMem;
  private final RangeRequest request;
  private final Access access;
  private final Budget budget;
  private @Nullable ReservedRange range;
  private FreeSpace space = new FreeSpace(0);
  private long usedTo;

  RangeMapper(VirtMem virtMem, Access access, RangeRequest request, Budget budget) {
    this.virtMem = virtMem;
    this.access = access;
    this.request = request;
    this.budget = budget;
  }

  @Override
  public Access access() {
    return access;
  }

  private boolean isDual() {
    return access == Access.DUAL;
  }

  @Override
  public BlockMemory map(long least, long wanted) {
    ReservedRange whole = range();
    long guards = 2 * guard();
    FreeSpace.Slice slice = take(least + guards, wanted + guards);
    try {
      return commit(whole, slice);
    } catch (RuntimeException failure) {
      giveBack(slice);
      throw failure;
    }
  }

  private BlockMemory commit(ReservedRange whole, FreeSpace.Slice slice) {
    long offset = slice.offset() + guard();
    long byteSize = slice.byteSize() - 2 * guard();
    MemorySegment rx = whole.rx().asSlice(offset, byteSize);
    MemorySegment rw = isDual() ? whole.rw().asSlice(offset, byteSize) : rx;
    boolean usedBefore = use(slice);
    if (whole.isCommitted() && usedBefore) {
      // Once more, since that may have been refused when the last block there was given back.
      closeToCalls(rx);
    }
    return whole.isCommitted()
        ? new BlockMemory(access, rx, rw, "range", 0, 0, usedBefore)
        : BlockMapper.commit(virtMem, access, rx, rw, usedBefore);
  }

  @Override
  public void unmap(BlockMemory memory) {
    ReservedRange whole = range();
    long offset = memory.rx().address() - whole.rx().address() - guard();
    FreeSpace.Slice slice = new FreeSpace.Slice(offset, memory.byteSize() + 2 * guard());
    if (whole.isCommitted()) {
      // What the system does not take stays behind the addresses, for the next block there.
      try {
        closeToCalls(memory.rx());
        discard(memory.rw());
      } finally {
        giveBack(slice);
      }
      return;
    }
    virtMem.decommit(memory.rx());
    if (isDual()) {
      virtMem.decommit(memory.rw());
    }
    giveBack(slice);
  }

  private void closeToCalls(MemorySegment executable) {
    if (virtMem.listsCallTargets()) {
      virtMem.clearCallTargets(executable);
    }
  }

  /** Where the system cannot take the memory back, the next block there has it at once. */
  private void discard(MemorySegment memory) {
    try {
      virtMem.discard(memory);
    } catch (UnsupportedOperationException unable) {
      return;
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
    }
  }

  @Override
  public synchronized void close() {
    ReservedRange whole = range;
    if (whole != null) {
      whole.release(virtMem);
      range = null;
    }
  }

  private synchronized ReservedRange range() {
    ReservedRange found = range;
    if (found == null) {
      found = ReservedRange.reserve(virtMem, isDual(), request);
      range = found;
      space = new FreeSpace(found.byteSize());
      budget.lowerTo(found.byteSize());
    }
    return found;
  }

  private long guard() {
    return request.guards() ? virtMem.pages().granularity() : 0;
  }

  private synchronized FreeSpace.Slice take(long least, long wanted) {
    FreeSpace.Slice slice = space.take(least, wanted);
    if (slice == null) {
      throw new NoRoom(least);
    }
    return slice;
  }

  private synchronized void giveBack(FreeSpace.Slice slice) {
    space.giveBack(slice);
  }

  private synchronized boolean use(FreeSpace.Slice slice) {
    boolean before = slice.offset() < usedTo;
    usedTo = Math.max(usedTo, slice.offset() + slice.byteSize());
    return before;
  }
}
