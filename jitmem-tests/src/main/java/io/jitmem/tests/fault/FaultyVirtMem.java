package io.jitmem.tests.fault;

import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Another backend whose calls are counted, some of which fail. A call that fails is not passed on,
 * so it has done nothing. {@link #name()}, {@link #pages()}, {@link #hardenedRuntime()}, {@link
 * #cpuFeatures()}, {@link #conditions()}, {@link #guardingBranches()}, {@link #guardsBranches()},
 * {@link #listsCallTargets()} and the hint {@link #useLargePages} are not counted and do not fail.
 *
 * <p>To try every failure that a program can meet: let the first call fail, then the second, and so
 * on, until the program runs through with no fault raised; each time see that it said so and that
 * nothing is left mapped.
 *
 * <p>Thread-safe. The calls of several threads have numbers in some order.
 */
public final class FaultyVirtMem implements VirtMem {
  /** Calls by operation, and of all. */
  private static final class Counts {
    private final Map<Operation, AtomicLong> each = new EnumMap<>(Operation.class);
    private final AtomicLong all = new AtomicLong();

    Counts() {
      for (Operation operation : Operation.values()) {
        each.put(operation, new AtomicLong());
      }
    }

    AtomicLong of(Operation operation) {
      return Objects.requireNonNull(each.get(operation));
    }
  }

  /** A plan and the calls since it is followed. */
  private record Following(FaultPlan plan, Counts counts) {}

  /** What a backend and those that are made of it share. */
  private static final class Progress {
    private final Counts total = new Counts();
    private final AtomicLong faults = new AtomicLong();
    private volatile Following following;

    Progress(FaultPlan plan) {
      following = new Following(plan, new Counts());
    }
  }

  private final VirtMem delegate;
  private final Progress progress;

  /**
   * Wraps a backend.
   *
   * @param delegate the backend that does the work
   * @param plan which calls fail
   */
  public FaultyVirtMem(VirtMem delegate, FaultPlan plan) {
    this(delegate, new Progress(plan));
  }

  private FaultyVirtMem(VirtMem delegate, Progress progress) {
    this.delegate = delegate;
    this.progress = progress;
  }

  /**
   * Follows another plan from now on; the next call is its first.
   *
   * @param plan which calls fail
   */
  public void follow(FaultPlan plan) {
    progress.following = new Following(plan, new Counts());
  }

  /**
   * How many calls there were, failed ones included, whatever the plan.
   *
   * @return a number of calls
   */
  public long calls() {
    return progress.total.all.get();
  }

  /**
   * How many calls of one operation there were, failed ones included, whatever the plan.
   *
   * @param operation the operation
   * @return a number of calls
   */
  public long calls(Operation operation) {
    return progress.total.of(operation).get();
  }

  /**
   * How many calls were made to fail.
   *
   * @return a number of calls
   */
  public long faults() {
    return progress.faults.get();
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public PageInfo pages() {
    return delegate.pages();
  }

  @Override
  public HardenedRuntime hardenedRuntime() {
    return delegate.hardenedRuntime();
  }

  @Override
  public Set<String> cpuFeatures() {
    return delegate.cpuFeatures();
  }

  /** Another wrapper if the backend answers another one; it follows the same plan. */
  @Override
  public VirtMem guardingBranches() {
    VirtMem guarding = delegate.guardingBranches();
    return guarding.equals(delegate) ? this : new FaultyVirtMem(guarding, progress);
  }

  @Override
  public boolean guardsBranches() {
    return delegate.guardsBranches();
  }

  @Override
  public boolean listsCallTargets() {
    return delegate.listsCallTargets();
  }

  @Override
  public void addCallTargets(MemorySegment executable, long... offsets) {
    enter(Operation.ADD_CALL_TARGETS, executable);
    delegate.addCallTargets(executable, offsets);
  }

  @Override
  public void clearCallTargets(MemorySegment executable) {
    enter(Operation.CLEAR_CALL_TARGETS, executable);
    delegate.clearCallTargets(executable);
  }

  @Override
  public long useLargePages(MemorySegment range) {
    return delegate.useLargePages(range);
  }

  @Override
  public List<Condition> conditions() {
    return delegate.conditions();
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    enter(Operation.ALLOCATE, byteSize, protection);
    return delegate.allocate(byteSize, protection, options);
  }

  @Override
  public void release(MemorySegment segment) {
    enter(Operation.RELEASE, segment);
    delegate.release(segment);
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    enter(Operation.PROTECT, range, protection);
    delegate.protect(range, protection);
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    enter(Operation.ALLOCATE_DUAL, byteSize);
    return delegate.allocateDual(byteSize, options);
  }

  @Override
  public void release(DualMapping mapping) {
    enter(Operation.RELEASE_DUAL, mapping.rx(), mapping.rw());
    delegate.release(mapping);
  }

  @Override
  public void discard(MemorySegment range) {
    enter(Operation.DISCARD, range);
    delegate.discard(range);
  }

  @Override
  public void populate(MemorySegment range) {
    enter(Operation.POPULATE, range);
    delegate.populate(range);
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    enter(Operation.RESERVE, byteSize, placement);
    return delegate.reserve(byteSize, placement);
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    enter(Operation.COMMIT, range, protection);
    delegate.commit(range, protection);
  }

  @Override
  public void decommit(MemorySegment range) {
    enter(Operation.DECOMMIT, range);
    delegate.decommit(range);
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    enter(Operation.COMMIT_DUAL, rx, rw);
    delegate.commitDual(rx, rw);
  }

  @Override
  public void prepareDual(MemorySegment rx, MemorySegment rw) {
    enter(Operation.COMMIT_DUAL, rx, rw);
    delegate.prepareDual(rx, rw);
  }

  @Override
  public void writeJit(MemorySegment target, MemorySegment source) {
    enter(Operation.WRITE_JIT, target);
    delegate.writeJit(target, source);
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    enter(Operation.FLUSH, range);
    delegate.flushInstructionCache(range);
  }

  @Override
  public void synchronizeCores() {
    enter(Operation.SYNCHRONIZE);
    delegate.synchronizeCores();
  }

  @Override
  public Capabilities capabilities() {
    enter(Operation.CAPABILITIES);
    return delegate.capabilities();
  }

  /** Counts a call and fails it if the plan says so. */
  private void enter(Operation operation, Object... arguments) {
    Following now = progress.following;
    progress.total.of(operation).incrementAndGet();
    progress.total.all.incrementAndGet();
    long ofIts = now.counts.of(operation).incrementAndGet();
    long ofAll = now.counts.all.incrementAndGet();
    Optional<Fault> fault = now.plan.at(operation, ofIts, ofAll);
    if (fault.isPresent()) {
      progress.faults.incrementAndGet();
      throw fault.get().in(text(operation, arguments));
    }
  }

  private static String text(Operation operation, Object... arguments) {
    StringBuilder text = new StringBuilder(operation.word()).append('(');
    String separator = "";
    for (Object argument : arguments) {
      text.append(separator).append(argument instanceof MemorySegment it ? text(it) : argument);
      separator = ", ";
    }
    return text.append(')').toString();
  }

  private static String text(MemorySegment segment) {
    return "0x%x, %d".formatted(segment.address(), segment.byteSize());
  }
}
