package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
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
  private final BlockMappers mappers;
  private volatile @Nullable BlockMapper chosen;
  private String reason = "";

  /** A choice that the system makes when the first block is mapped. */
  public MapperChoice(BlockMappers mappers) {
    this.mappers = mappers;
  }

  /** A choice that is made. */
  public MapperChoice(BlockMappers mappers, boolean dual, String reason) {
    this.mappers = mappers;
    this.reason = reason;
    chosen = mappers.of(dual);
  }

  /** What blocks may take, and what they have taken. */
  public BlockMappers mappers() {
    return mappers;
  }

  /** Maps a block, as {@link BlockMapper#map}. */
  BlockMemory map(long least, long wanted) {
    BlockMapper mapper = chosen;
    return mapper != null ? mapper.map(least, wanted) : mapFirst(least, wanted);
  }

  /** Unmaps a block that was mapped here. */
  void unmap(BlockMemory memory) {
    mapper().unmap(memory);
  }

  /** Gives back what the mapper has beside blocks. */
  void close() {
    BlockMapper mapper = chosen;
    if (mapper != null) {
      mapper.close();
    }
  }

  /** The mapper; tries the system if no block has been mapped yet. */
  public BlockMapper mapper() {
    BlockMapper mapper = chosen;
    if (mapper == null) {
      long page = mappers.virtMem().pages().byteSize();
      BlockMemory attempt = mapFirst(page, page);
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

  private synchronized BlockMemory mapFirst(long least, long wanted) {
    BlockMapper mapper = chosen;
    if (mapper != null) {
      return mapper.map(least, wanted);
    }
    try {
      return choose(false, least, wanted, "memory may be writable and executable at once");
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.PERMISSION_DENIED && refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
      return chooseDual(least, wanted, refused);
    } catch (UnsupportedOperationException refused) {
      return chooseDual(least, wanted, refused);
    }
  }

  private BlockMemory chooseDual(long least, long wanted, RuntimeException refused) {
    try {
      return choose(true, least, wanted, String.valueOf(refused.getMessage()));
    } catch (RuntimeException alsoRefused) {
      alsoRefused.addSuppressed(refused);
      throw alsoRefused;
    }
  }

  private BlockMemory choose(boolean dual, long least, long wanted, String why) {
    BlockMapper mapper = mappers.of(dual);
    try {
      BlockMemory memory = mapper.map(least, wanted);
      reason = why;
      chosen = mapper;
      return memory;
    } catch (RuntimeException failure) {
      Undo.after(failure, mapper::close);
      throw failure;
    }
  }
}
