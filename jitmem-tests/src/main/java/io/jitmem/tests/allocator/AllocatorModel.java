package io.jitmem.tests.allocator;

import static io.jitmem.tests.allocator.Expect.require;
import static io.jitmem.tests.allocator.Expect.roundUp;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.PoolStatistics;
import io.jitmem.allocator.Priority;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.simulated.SimulatedProcessor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The plainest model of an allocator that can be right, a sorted map from addresses to spans and
 * their contents, beside a real one. Each {@link #perform action} is done to both, and what the
 * allocator answers is compared with what the model knows; then {@link #requireAgreement()}
 * compares the whole.
 *
 * <p>A difference is an {@link AssertionError}. An exception that the allocator's documentation
 * does not announce for an action is passed on.
 *
 * <p>Not thread-safe. For several threads give each a model of its own over one allocator, made by
 * {@link Use#SHARED}.
 */
public final class AllocatorModel implements AutoCloseable {
  /** What a model may do with its allocator. */
  public enum Use {
    /** Everything: nobody else uses it. */
    ALONE,
    /**
     * The same, but spans are neither written nor read: there is no memory behind their addresses,
     * as on a simulated system without {@link
     * io.jitmem.tests.simulated.SimulatedVirtMemBuilder#backed}.
     */
    ALONE_UNTOUCHED,
    /** Other models use it at the same time; so there is no reset, and figures are not compared. */
    SHARED,
    /** {@link #SHARED} and {@link #ALONE_UNTOUCHED} at once. */
    SHARED_UNTOUCHED;

    boolean isShared() {
      return this == SHARED || this == SHARED_UNTOUCHED;
    }

    boolean touches() {
      return this == ALONE || this == SHARED;
    }
  }

  private static final int GONE_KEPT = 32;
  private static final int SCOPE_SPANS = 4;
  private static final int SCOPE_STEP = 7;
  private static final long BLOCK_UNIT = 64 << 10;

  private final JitAllocator allocator;
  private final Use use;
  private final Writing writing;
  private final Misuse misuse;
  private final Looking looking;
  private final TreeMap<Long, LiveSpan> live = new TreeMap<>();
  private final List<Span> gone = new ArrayList<>();
  private final FreedMemory freed;
  private List<Integer> granularities = List.of();
  private long usedBytes;
  private long actionCount;

  /**
   * A model of an allocator without spans.
   *
   * @param allocator the allocator
   * @param use what may be done with it
   */
  public AllocatorModel(JitAllocator allocator, Use use) {
    this(allocator, use, 0, Optional.empty());
  }

  /**
   * A model of an allocator without spans, of which more is known.
   *
   * @param allocator the allocator
   * @param use what may be done with it
   * @param quarantineBytes its quarantine; of no account if it is shared
   * @param processor the processor of the simulated system that it runs on, which is to execute
   *     what is written, if it does
   */
  public AllocatorModel(
      JitAllocator allocator,
      Use use,
      long quarantineBytes,
      Optional<SimulatedProcessor> processor) {
    this.allocator = allocator;
    this.use = use;
    writing = new Writing(allocator, processor);
    misuse = new Misuse(allocator);
    looking = new Looking(allocator);
    freed = new FreedMemory(use.isShared() ? 0 : quarantineBytes);
  }

  /**
   * The number of actions performed so far.
   *
   * @return a number of actions
   */
  public long actionCount() {
    return actionCount;
  }

  /**
   * The live spans.
   *
   * @return spans in the order of their addresses
   */
  public List<Span> spans() {
    return live.values().stream().map(each -> each.span).toList();
  }

  /**
   * Does something to the allocator and the model, and compares.
   *
   * @param action what to do
   * @throws AssertionError if they differ
   */
  public void perform(AllocatorAction action) {
    actionCount++;
    switch (action.kind()) {
      case ALLOCATE -> allocate(action.size(), Priority.ORDINARY);
      case ALLOCATE_URGENTLY -> allocate(action.size(), Priority.MUST_SUCCEED);
      case ALLOCATE_IMPOSSIBLE -> misuse.allocate(action.size());
      case RELEASE_AGAIN -> releaseAgain(action.at());
      case RELEASE_FOREIGN -> misuse.useForeign();
      case QUERY_FREED -> queryFreed();
      case TRIM -> require(allocator.trim() >= 0, () -> "trim gave back less than nothing");
      case RESET -> reset(action.size() % 2 == 0 ? ResetPolicy.SOFT : ResetPolicy.HARD);
      default -> {
        if (!live.isEmpty()) {
          performOn(nth(live.values(), action.at()), action);
        }
      }
    }
  }

  private void performOn(LiveSpan span, AllocatorAction action) {
    long size = action.size();
    switch (action.kind()) {
      case RELEASE -> release(span, () -> allocator.release(holder(span, size)));
      case RELEASE_ADDRESS -> release(span, () -> allocator.release(span.address));
      case RELEASE_INSIDE -> misuse.releaseInside(span, size);
      case SHRINK -> shrink(span, size % (span.byteSize() + 1));
      case GROW -> misuse.grow(span, size);
      case QUERY -> looking.requireFound(span);
      default -> {
        if (use.touches()) {
          write(span, action);
        }
      }
    }
  }

  private void write(LiveSpan span, AllocatorAction action) {
    if (allocator.strategy() == WriteStrategy.SEAL) {
      // It was written when it was allocated.
      misuse.writeSealed(span);
      return;
    }
    switch (action.kind()) {
      case WRITE -> writing.write(span);
      case WRITE_PART -> writing.writeFrom(span, (int) (action.size() % span.byteSize()));
      case WRITE_IN_PLACE -> writing.writeInPlace(span);
      case WRITE_PAST -> misuse.writePast(span);
      case WRITE_SCOPE -> writing.writeInOneScope(some(action.at()));
      default -> throw new AssertionError(action);
    }
  }

  /** Some spans, maybe one of them more than once. */
  private List<LiveSpan> some(int at) {
    List<LiveSpan> spans = new ArrayList<>();
    for (int i = 0; i < SCOPE_SPANS; i++) {
      spans.add(nth(live.values(), at + i * SCOPE_STEP));
    }
    return spans;
  }

  private void allocate(long size, Priority priority) {
    Span span;
    try {
      span = allocator.allocate(size, priority);
    } catch (CapacityException refused) {
      requireReason(size, refused);
      return;
    }
    LiveSpan made = new LiveSpan(span, granularity(size), use.touches());
    requireShape(made, size);
    live.put(made.address, made);
    freed.taken(made);
    usedBytes += made.byteSize();
    if (use.touches()) {
      writing.write(made);
    }
  }

  private void requireShape(LiveSpan made, long size) {
    long rounded = roundUp(size, made.granularity);
    require(made.byteSize() == rounded, () -> made + " for " + size + ", expected " + rounded);
    require(made.address % made.granularity == 0, () -> made + " is not aligned");
    Map.Entry<Long, LiveSpan> below = live.lowerEntry(made.end());
    require(
        below == null || below.getValue().end() <= made.address, () -> made + " overlaps " + below);
  }

  /** An allocator that has taken nothing from its limit has room for what fits the limit. */
  private void requireReason(long size, CapacityException refused) {
    AllocatorStatistics now = allocator.statistics();
    long most = now.limitBytes();
    require(most != Long.MAX_VALUE, () -> "refused without a limit: " + refused);
    long block = roundUp(size + now.pools().getLast().granularity(), BLOCK_UNIT) + 2 * BLOCK_UNIT;
    require(
        use.isShared() || now.reservedBytes() > 0 || block > most - now.headroomBytes(),
        () -> "refused though nothing is reserved: " + refused);
  }

  private void release(LiveSpan span, Runnable release) {
    span.requireContents();
    release.run();
    live.remove(span.address);
    freed.add(span.address, span.end());
    usedBytes -= span.byteSize();
    leave(span.span);
    if (!use.isShared()) {
      looking.requireNothingAt(span.address);
      looking.requireNothingAt(span.end() - 1);
    }
  }

  /** Now and then the object that somebody else would hold who has looked the span up. */
  private Span holder(LiveSpan span, long size) {
    return size % 4 == 1 ? allocator.query(span.end() - 1).orElseThrow() : span.span;
  }

  private void leave(Span span) {
    if (gone.size() == GONE_KEPT) {
      gone.removeFirst();
    }
    gone.add(span);
  }

  private void shrink(LiveSpan span, long size) {
    if (size == 0) {
      release(span, () -> allocator.shrink(span.span, 0));
      return;
    }
    long before = span.byteSize();
    allocator.shrink(span.span, size);
    long after = roundUp(size, span.granularity);
    require(span.span.byteSize() == after, () -> span + " was shrunk to " + size);
    span.shrunkTo(after);
    freed.add(span.end(), span.address + before);
    usedBytes -= before - after;
    if (after < before && !use.isShared()) {
      looking.requireNothingAt(span.end());
      looking.requireNothingAt(span.address + before - 1);
    }
  }

  private void releaseAgain(int at) {
    if (!gone.isEmpty()) {
      Span span = nth(gone, at);
      misuse.useGone(span);
      if (!use.isShared() && !live.containsKey(span.address())) {
        misuse.releaseAt(span.address());
      }
    }
  }

  private void queryFreed() {
    if (!use.isShared()) {
      freed.ranges().forEach(looking::requireNothingIn);
    }
  }

  private void reset(ResetPolicy policy) {
    if (use.isShared()) {
      return;
    }
    allocator.reset(policy);
    live.values().forEach(span -> leave(span.span));
    List<Long> addresses = List.copyOf(live.keySet());
    live.clear();
    freed.clear();
    usedBytes = 0;
    addresses.forEach(looking::requireNothingAt);
    AllocatorStatistics now = allocator.statistics();
    require(
        policy == ResetPolicy.SOFT || now.reservedBytes() == 0,
        () -> now.reservedBytes() + " bytes are left after a hard reset");
  }

  /**
   * Compares the whole: the allocator's own {@link JitAllocator#verify()}, its figures, and the
   * contents of all spans where they are executed. Shared, only the contents of the model's spans.
   *
   * @throws AssertionError if they differ
   * @throws IllegalStateException if the allocator finds a fault in itself
   */
  public void requireAgreement() {
    if (!use.isShared()) {
      allocator.verify();
      requireFigures(List.of(this));
    }
    live.values().forEach(LiveSpan::requireContents);
  }

  /**
   * Compares the figures of one allocator with all the models of it, while nobody uses it, and that
   * no two spans overlap.
   *
   * @param models all the models, of the same allocator
   * @throws AssertionError if they differ
   */
  public static void requireTogether(Collection<AllocatorModel> models) {
    models.iterator().next().requireFigures(models);
    TreeMap<Long, LiveSpan> all = new TreeMap<>();
    for (AllocatorModel model : models) {
      for (LiveSpan span : model.live.values()) {
        Map.Entry<Long, LiveSpan> below = all.lowerEntry(span.end());
        require(
            below == null || below.getValue().end() <= span.address,
            () -> span + " overlaps " + below);
        all.put(span.address, span);
      }
    }
  }

  private void requireFigures(Collection<AllocatorModel> models) {
    AllocatorStatistics now = allocator.statistics();
    long used = models.stream().mapToLong(model -> model.usedBytes).sum();
    int count = models.stream().mapToInt(model -> model.live.size()).sum();
    require(now.usedBytes() == used, () -> "used are " + used + " bytes: " + now);
    require(now.spanCount() == count, () -> "there are " + count + " spans: " + now);
    require(
        use.isShared() || isHeld(now),
        () -> "in quarantine are " + freed.heldBytes() + " bytes: " + now);
    require(
        now.committedBytes() >= used && now.committedBytes() <= now.reservedBytes(),
        () -> "committed is not between used and reserved: " + now);
    require(now.reservedBytes() <= now.limitBytes(), () -> "beyond the limit: " + now);
    double pressure = allocator.pressure();
    require(pressure >= 0 && pressure <= 1, () -> "the pressure is " + pressure);
  }

  /** Sealed spans hold what is left of their pages, too. */
  private boolean isHeld(AllocatorStatistics now) {
    return now.strategy() == WriteStrategy.SEAL
        ? now.heldBytes() >= freed.heldBytes()
        : now.heldBytes() == freed.heldBytes();
  }

  /**
   * Releases every span, each after a look at its contents.
   *
   * @throws AssertionError if one has other contents
   */
  public void releaseAll() {
    for (LiveSpan span : List.copyOf(live.values())) {
      release(span, () -> allocator.release(span.span));
    }
  }

  /** Gives back what the model itself has taken from the backend, but not the allocator. */
  @Override
  public void close() {
    misuse.close();
  }

  /** With pools, the coarsest that wastes no more than the finest. */
  private int granularity(long size) {
    if (granularities.isEmpty()) {
      granularities =
          allocator.statistics().pools().stream().map(PoolStatistics::granularity).toList();
    }
    long rounded = roundUp(size, granularities.getFirst());
    for (int granularity : granularities.reversed()) {
      if (rounded % granularity == 0) {
        return granularity;
      }
    }
    throw new AssertionError(size + " bytes are of no pool: " + granularities);
  }

  private static <T> T nth(Collection<T> all, int at) {
    int index = Math.floorMod(at, all.size());
    return all instanceof List<T> list
        ? list.get(index)
        : all.stream().skip(index).findFirst().orElseThrow();
  }
}
