package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * How an allocator maps its blocks: as it was told, or as the system allows. In the second case the
 * first block is the attempt: memory that is writable and executable is asked for, and two views if
 * a policy refuses that. Trying costs nothing extra where it works, and where it does not, leaves
 * one refusal in the system's audit log instead of two.
 *
 * <p>Both fields are written once, under this object's lock; {@code chosen} last.
 */
public final class MapperChoice {
  private final VirtMem virtMem;
  private volatile @Nullable BlockMapper chosen;
  private String reason = "";

  /** A choice that the system makes when the first block is mapped. */
  public MapperChoice(VirtMem virtMem) {
    this.virtMem = virtMem;
  }

  /** A choice that is made. */
  public MapperChoice(VirtMem virtMem, BlockMapper mapper, String reason) {
    this.virtMem = virtMem;
    this.reason = reason;
    chosen = mapper;
  }

  /** Maps a block. */
  BlockMemory map(long byteSize) {
    BlockMapper mapper = chosen;
    return mapper != null ? mapper.map(byteSize) : mapFirst(byteSize);
  }

  /** Unmaps a block that was mapped here. */
  void unmap(BlockMemory memory) {
    mapper().unmap(memory);
  }

  /** The mapper; tries the system if no block has been mapped yet. */
  public BlockMapper mapper() {
    BlockMapper mapper = chosen;
    if (mapper == null) {
      BlockMemory attempt = mapFirst(virtMem.pages().byteSize());
      mapper = chosen;
      if (mapper == null) {
        throw new AssertionError("a block was mapped, but nothing was chosen");
      }
      mapper.unmap(attempt);
    }
    return mapper;
  }

  /** Why this mapper. */
  public String reason() {
    BlockMapper _ = mapper();
    return reason;
  }

  private synchronized BlockMemory mapFirst(long byteSize) {
    BlockMapper mapper = chosen;
    if (mapper != null) {
      return mapper.map(byteSize);
    }
    try {
      return choose(
          new BlockMapper.Direct(virtMem),
          byteSize,
          "memory may be writable and executable at once");
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.PERMISSION_DENIED && refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
      return chooseDual(byteSize, refused);
    } catch (UnsupportedOperationException refused) {
      return chooseDual(byteSize, refused);
    }
  }

  private BlockMemory chooseDual(long byteSize, RuntimeException refused) {
    try {
      return choose(new BlockMapper.Dual(virtMem), byteSize, String.valueOf(refused.getMessage()));
    } catch (RuntimeException alsoRefused) {
      alsoRefused.addSuppressed(refused);
      throw alsoRefused;
    }
  }

  private BlockMemory choose(BlockMapper mapper, long byteSize, String why) {
    BlockMemory memory = mapper.map(byteSize);
    reason = why;
    chosen = mapper;
    return memory;
  }
}
