package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an allocator maps its blocks: as it was told, or as the system allows. In the second case the
 * first block is the attempt: memory that is writable and executable is asked for; if a policy
 * refuses that, two views; then memory under a write switch, unless blocks are to lie in
 * reservations; and then memory that is sealed, of which one page is tried. Trying costs nothing
 * extra where it works, and where it does not, leaves one refusal in the system's audit log instead
 * of two.
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
  public MapperChoice(BlockMappers mappers, Access access, String reason) {
    this.mappers = mappers;
    this.reason = reason;
    chosen = mappers.of(access);
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

  /** Whether it is known that blocks are to be sealed. */
  boolean isSealed() {
    BlockMapper mapper = chosen;
    return mapper != null && mapper.access() == Access.SEALED;
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

  /** How blocks are written, or null before the first block if the system is to decide. */
  @Nullable Access knownAccess() {
    BlockMapper mapper = chosen;
    return mapper == null ? null : mapper.access();
  }

  /** The reason, where {@link #knownAccess} is not null. */
  String knownReason() {
    return reason;
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
    List<RuntimeException> refusals = new ArrayList<>();
    for (Access access : order()) {
      try {
        return choose(access, least, wanted, why(refusals));
      } catch (VirtMemException refused) {
        requirePolicy(refused, refusals);
        refusals.add(refused);
      } catch (UnsupportedOperationException refused) {
        refusals.add(refused);
      }
    }
    throw gathered(refusals);
  }

  private List<Access> order() {
    return mappers.isReserved()
        ? List.of(Access.DIRECT, Access.DUAL, Access.SEALED)
        : List.of(Access.DIRECT, Access.DUAL, Access.SWITCHED, Access.SEALED);
  }

  private static String why(List<RuntimeException> refusals) {
    return refusals.isEmpty()
        ? "memory may be writable and executable at once"
        : refusals.stream()
            .map(refusal -> String.valueOf(refusal.getMessage()))
            .collect(Collectors.joining("; "));
  }

  /** Another way may do where a policy forbids this one, but not where memory is out. */
  private static void requirePolicy(VirtMemException refused, List<RuntimeException> before) {
    switch (refused.kind()) {
      case PERMISSION_DENIED, NOT_SUPPORTED -> {}
      default -> {
        before.forEach(refused::addSuppressed);
        throw refused;
      }
    }
  }

  /** The refusal of two views tells a user most, so it comes first. */
  private static RuntimeException gathered(List<RuntimeException> refusals) {
    List<RuntimeException> others = new ArrayList<>(refusals);
    RuntimeException main = others.remove(1);
    others.forEach(main::addSuppressed);
    return main;
  }

  private BlockMemory choose(Access access, long least, long wanted, String why) {
    BlockMapper mapper = mappers.of(access);
    try {
      BlockMemory memory = mapper.map(least, wanted);
      if (access == Access.SEALED) {
        trySealing(mapper, memory);
      }
      reason = why;
      chosen = mapper;
      return memory;
    } catch (RuntimeException failure) {
      Undo.after(failure, mapper::close);
      throw failure;
    }
  }

  /** The page has no code yet, so it may become writable again. */
  private void trySealing(BlockMapper mapper, BlockMemory memory) {
    MemorySegment page = memory.rx().asSlice(0, memory.pageByteSize());
    try {
      mappers.virtMem().protect(page, Protection.RX);
      mappers.virtMem().protect(page, Protection.RW);
    } catch (RuntimeException refused) {
      Undo.after(refused, () -> mapper.unmap(memory));
      throw refused;
    }
  }
}
