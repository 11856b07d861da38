package io.jitmem.tests.allocator;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.PoolStatistics;
import io.jitmem.allocator.Priority;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.tests.simulated.SimulatedProcessor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  private static final int MOST_QUERIES = 4096;
  private static final long BLOCK_UNIT = 64 << 10;
  private static final byte[] NO_CODE = new byte[1];

  private final JitAllocator allocator;
  private final Use use;
  private final @Nullable SimulatedProcessor processor;
  private final TreeMap<Long, LiveSpan> live = new TreeMap<>();
  private final List<Span> gone = new ArrayList<>();
  private final FreedMemory freed;
  private List<Integer> granularities = List.of();
  private @Nullable JitAllocator other;
  private @Nullable Span foreign;
  private long usedBytes;
  private long stamp;
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
    this.processor = processor.orElse(null);
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
      case ALLOCATE_IMPOSSIBLE -> allocateImpossible(action.size());
      case RELEASE_AGAIN -> releaseAgain(action.at());
      case RELEASE_FOREIGN -> releaseForeign();
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
      case RELEASE_INSIDE -> releaseInside(span, size);
      case SHRINK -> shrink(span, size % (span.byteSize() + 1));
      case GROW -> grow(span, size);
      case QUERY -> query(span);
      case WRITE -> write(span);
      case WRITE_PART -> writePart(span, size);
      case WRITE_IN_PLACE -> writeInPlace(span);
      case WRITE_PAST -> writePast(span);
      case WRITE_SCOPE -> writeScope(action.at());
      default -> throw new AssertionError(action);
    }
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
    write(made);
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

  private void allocateImpossible(long size) {
    for (long wrong : new long[] {0, -size, JitAllocator.MAX_SPAN_BYTE_SIZE + size}) {
      requireRefusal(IllegalArgumentException.class, () -> allocator.allocate(wrong));
    }
  }

  private void release(LiveSpan span, Runnable release) {
    span.requireContents();
    release.run();
    live.remove(span.address);
    freed.add(span.address, span.end());
    usedBytes -= span.byteSize();
    leave(span.span);
    if (!use.isShared()) {
      requireNothingAt(span.address);
      requireNothingAt(span.end() - 1);
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

  private void releaseAgain(int at) {
    if (gone.isEmpty()) {
      return;
    }
    Span span = nth(gone, at);
    requireRefusal(IllegalStateException.class, () -> allocator.release(span));
    requireRefusal(IllegalStateException.class, () -> allocator.shrink(span, 1));
    requireRefusal(IllegalStateException.class, span::entry);
    if (!use.isShared() && !live.containsKey(span.address())) {
      requireRefusal(IllegalArgumentException.class, () -> allocator.release(span.address()));
    }
  }

  private void releaseInside(LiveSpan span, long size) {
    long inside = span.address + 1 + size % (span.byteSize() - 1);
    requireRefusal(IllegalArgumentException.class, () -> allocator.release(inside));
    long start = span.address + (inside - span.address) / span.granularity * span.granularity;
    if (start > span.address) {
      requireRefusal(IllegalArgumentException.class, () -> allocator.release(start));
    }
  }

  private void releaseForeign() {
    Span stranger = foreign();
    requireRefusal(IllegalArgumentException.class, () -> allocator.release(stranger));
    requireRefusal(IllegalArgumentException.class, () -> allocator.shrink(stranger, 1));
    requireRefusal(IllegalArgumentException.class, () -> allocator.write(stranger, NO_CODE));
    requireRefusal(IllegalArgumentException.class, () -> allocator.release(stranger.address()));
    require(allocator.query(stranger.address()).isEmpty(), () -> stranger + " was found");
  }

  private Span foreign() {
    Span known = foreign;
    if (known == null) {
      JitAllocator made =
          JitAllocator.builder()
              .virtMem(allocator.virtMem())
              .strategy(allocator.strategy())
              .build();
      other = made;
      known = made.allocate(1);
      foreign = known;
    }
    return known;
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
      requireNothingAt(span.end());
      requireNothingAt(span.address + before - 1);
    }
  }

  private void grow(LiveSpan span, long by) {
    long more = span.byteSize() + by;
    requireRefusal(
        IllegalArgumentException.class, () -> allocator.shrink(span.span, Math.max(more, by)));
    requireRefusal(IllegalArgumentException.class, () -> allocator.shrink(span.span, -by));
  }

  /** Of a large span, the first and the last bytes of each granule or more. */
  private void query(LiveSpan span) {
    long step = Math.max(1, span.byteSize() / MOST_QUERIES);
    for (long at = 0; at < span.byteSize(); at += step) {
      requireFound(span, span.address + at);
    }
    requireFound(span, span.end() - 1);
    for (long neighbour : new long[] {span.address - 1, span.end()}) {
      Span found = allocator.query(neighbour).orElse(null);
      require(
          found == null || found.address() != span.address,
          () -> span + " was found at 0x" + Long.toHexString(neighbour));
    }
  }

  private void requireFound(LiveSpan span, long address) {
    Span found = allocator.query(address).orElse(null);
    require(
        found != null && found.address() == span.address && found.byteSize() == span.byteSize(),
        () -> "%s was looked for at 0x%x, found was %s".formatted(span, address, found));
  }

  private void queryFreed() {
    if (!use.isShared()) {
      for (FreedMemory.Range range : freed.ranges()) {
        long step = Math.max(1, range.byteSize() / 16);
        for (long at = range.address(); at < range.end(); at += step) {
          requireNothingAt(at);
        }
      }
    }
  }

  private void requireNothingAt(long address) {
    Span found = allocator.query(address).orElse(null);
    require(
        found == null, () -> "at 0x%x, which was released, there is %s".formatted(address, found));
  }

  private void write(LiveSpan span) {
    if (use.touches()) {
      span.stamp(nextStamp(), 0, span.contents().length);
      allocator.write(span.span, span.contents());
      execute(span);
    }
  }

  private void writePart(LiveSpan span, long size) {
    if (use.touches()) {
      int offset = (int) (size % span.byteSize());
      span.stamp(nextStamp(), offset, span.contents().length);
      allocator.write(span.span, offset, MemorySegment.ofArray(span.contents()).asSlice(offset));
      execute(span);
    }
  }

  private void writeInPlace(LiveSpan span) {
    if (use.touches()) {
      allocator.write(
          span.span,
          memory -> {
            span.requireContents(memory, "written");
            span.stamp(nextStamp(), 0, span.contents().length);
            memory.copyFrom(MemorySegment.ofArray(span.contents()));
            requireRefusal(IllegalStateException.class, () -> allocator.release(span.span));
          });
      execute(span);
    }
  }

  private void writePast(LiveSpan span) {
    if (use.touches()) {
      byte[] tooMany = new byte[span.contents().length + 1];
      requireRefusal(IllegalArgumentException.class, () -> allocator.write(span.span, tooMany));
      requireRefusal(
          IllegalArgumentException.class,
          () -> allocator.write(span.span, span.byteSize(), MemorySegment.ofArray(NO_CODE)));
    }
    if (!gone.isEmpty()) {
      requireRefusal(IllegalStateException.class, () -> allocator.write(gone.getLast(), NO_CODE));
    }
  }

  private void writeScope(int at) {
    if (!use.touches()) {
      return;
    }
    List<LiveSpan> written = new ArrayList<>();
    try (WriteScope scope = allocator.writeScope()) {
      for (int i = 0; i < SCOPE_SPANS; i++) {
        LiveSpan span = nth(live.values(), at + i * 7);
        span.stamp(nextStamp(), 0, span.contents().length);
        scope.write(span.span, span.contents());
        written.add(span);
        requireRefusal(IllegalStateException.class, () -> allocator.release(span.span));
      }
    }
    written.forEach(this::execute);
  }

  private void execute(LiveSpan span) {
    if (processor != null) {
      processor.requireExecutable(span.address, span.byteSize());
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
    addresses.forEach(this::requireNothingAt);
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
        use.isShared() || now.heldBytes() == freed.heldBytes(),
        () -> "in quarantine are " + freed.heldBytes() + " bytes: " + now);
    require(
        now.committedBytes() >= used && now.committedBytes() <= now.reservedBytes(),
        () -> "committed is not between used and reserved: " + now);
    require(now.reservedBytes() <= now.limitBytes(), () -> "beyond the limit: " + now);
    double pressure = allocator.pressure();
    require(pressure >= 0 && pressure <= 1, () -> "the pressure is " + pressure);
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
    if (other != null) {
      other.close();
    }
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

  private long nextStamp() {
    stamp += Thread.currentThread().threadId() * 2 + 1;
    return stamp;
  }

  private static <T> T nth(Collection<T> all, int at) {
    int index = Math.floorMod(at, all.size());
    return all instanceof List<T> list
        ? list.get(index)
        : all.stream().skip(index).findFirst().orElseThrow();
  }

  private static long roundUp(long size, long unit) {
    return (size + unit - 1) / unit * unit;
  }

  private static void requireRefusal(Class<? extends RuntimeException> kind, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException refused) {
      if (kind.isInstance(refused)) {
        return;
      }
      throw refused;
    }
    throw new AssertionError("something that is refused by " + kind.getSimpleName() + " was done");
  }

  private static void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
