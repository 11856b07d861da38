package io.jitmem.tests.simulated;

import io.jitmem.tests.AccessProbe;
import io.jitmem.tests.simulated.backing.Backing;
import io.jitmem.tests.simulated.books.Mapping;
import io.jitmem.tests.simulated.books.MappingTable;
import io.jitmem.tests.simulated.books.Page;
import io.jitmem.tests.simulated.books.Text;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A backend without an operating system: addresses, protections, views, reservations and the
 * visibility of code are kept in books, so that any system can be had on any machine, nothing leaks
 * unseen, and misuse of a page is caught. It keeps every promise of {@link VirtMem}.
 *
 * <p><b>Phantom segments</b>, the default, are addresses and nothing else. Mapping a terabyte costs
 * as little as mapping a page, and {@link #processor()} gives memory contents. A load or store
 * through such a segment <em>ends the JVM</em>; no memory is ever hit by it.
 *
 * <p><b>Backed segments</b> ({@link SimulatedVirtMemBuilder#backed}) are real memory, so a program
 * writes and reads them as usual. The JVM cannot take access to its memory away, so protections are
 * enforced by {@link #processor()} and shown by {@link #probe()}, not by a store through a segment.
 * {@link #commitDual} is refused then: real memory cannot be put behind addresses chosen before.
 *
 * <p><b>Memory under the per-thread write switch</b> is handed out as read-only segments, so that a
 * store that forgets the switch fails at once; {@link #writeJit} is the only way to write it. The
 * switch of each thread is kept in the books: {@link #processor()} faults when a thread writes with
 * its switch off or executes with its switch on.
 *
 * <p>Making segments is a restricted operation: grant native access to {@code io.jitmem.tests}.
 *
 * <p>Thread-safe. Book-keeping costs time logarithmic in the number of runs of equal pages, never
 * in that of pages.
 */
public final class SimulatedVirtMem implements VirtMem {
  /**
   * The mechanism for dual mapping that {@link MappingOptions#preferTemporaryFile()} prefers where
   * the system has it.
   */
  public static final String TEMPORARY_FILE = "temporary file";

  private final SimulatedSystem system;
  private final SimulatedMemory memory;
  private final Requirements require;
  private final ReentrantLock lock;
  private final boolean guarding;

  SimulatedVirtMem(SimulatedSystem system, Backing backing) {
    this.system = system;
    memory = new SimulatedMemory(system, backing);
    require = new Requirements(system, memory);
    lock = new ReentrantLock();
    guarding = false;
  }

  /** Another name for the same memory. */
  private SimulatedVirtMem(SimulatedVirtMem same, boolean guarding) {
    system = same.system;
    memory = same.memory;
    require = same.require;
    lock = same.lock;
    this.guarding = guarding;
  }

  /**
   * Starts the description of a system.
   *
   * @return a builder with the defaults it names
   */
  public static SimulatedVirtMemBuilder builder() {
    return new SimulatedVirtMemBuilder();
  }

  /**
   * A processor of this system, to access memory with.
   *
   * @return a processor
   */
  public SimulatedProcessor processor() {
    return new SimulatedProcessor(memory, lock);
  }

  /**
   * What the books say of memory, for {@link io.jitmem.tests.VirtMemContract}.
   *
   * @return a probe of this system
   */
  public AccessProbe probe() {
    return new AccessProbe() {
      @Override
      public boolean readable(MemorySegment range) {
        return told(range).orElseThrow().readable();
      }

      @Override
      public boolean writable(MemorySegment range) {
        return told(range).orElseThrow().writable();
      }

      @Override
      public Optional<Protection> told(MemorySegment range) {
        return protection(range.address());
      }

      @Override
      public Optional<Boolean> callable(long address) {
        return Optional.of(locked(() -> memory.callTargets().contains(address)));
      }
    };
  }

  /**
   * What may be done with a page.
   *
   * @param address any address in it
   * @return its protection, or empty if nothing is mapped there
   */
  public Optional<Protection> protection(long address) {
    return locked(() -> Optional.ofNullable(memory.pages().at(address)).map(Page::protection));
  }

  /**
   * The number of mappings, dual mappings and reservations that were not released.
   *
   * @return a number of mappings
   */
  public int liveMappings() {
    return locked(memory.mappings()::count);
  }

  /**
   * The address space of all live mappings and reservations; a dual mapping counts twice.
   *
   * @return a size in bytes
   */
  public long mappedBytes() {
    return locked(memory.mappings()::mappedBytes);
  }

  /**
   * The memory promised to all live mappings and committed parts of reservations; a dual mapping
   * counts once.
   *
   * @return a size in bytes
   */
  public long committedBytes() {
    return locked(memory.pages()::committedBytes);
  }

  /**
   * The part of {@link #committedBytes()} that was discarded and neither populated nor written by a
   * {@link #processor()} since. Writes through backed segments are not seen.
   *
   * @return a size in bytes
   */
  public long discardedBytes() {
    return locked(memory.discarded()::byteSize);
  }

  /**
   * Checks that everything was released.
   *
   * @throws AssertionError if it was not, with each live mapping
   */
  public void requireNothingMapped() {
    String live = locked(() -> String.valueOf(memory.mappings().all()));
    if (!"[]".equals(live)) {
      throw new AssertionError("not released: " + live);
    }
  }

  @Override
  public String name() {
    return system.name();
  }

  @Override
  public PageInfo pages() {
    return system.pages();
  }

  /**
   * The same memory by a backend that says that it guards branches, if the system has {@link
   * Ability#GUARDED_BRANCHES}. No instruction is executed here, so with landing pads nothing else
   * is different; a list is kept, and {@link SimulatedProcessor#requireCallable} goes by it.
   */
  @Override
  public SimulatedVirtMem guardingBranches() {
    boolean another = !guarding && system.allows(Ability.GUARDED_BRANCHES);
    return another ? new SimulatedVirtMem(this, true) : this;
  }

  @Override
  public boolean guardsBranches() {
    return guarding;
  }

  @Override
  public boolean listsCallTargets() {
    return guarding && system.listsCallTargets();
  }

  @Override
  public void addCallTargets(MemorySegment executable, long... offsets) {
    requireListing();
    locked(() -> {
      require.callTargets(executable, offsets);
      memory.callTargets().add(executable.address(), offsets);
    });
  }

  @Override
  public void clearCallTargets(MemorySegment executable) {
    requireListing();
    locked(() -> {
      require.listable(executable);
      memory
          .callTargets()
          .forget(executable.address(), executable.address() + executable.byteSize());
    });
  }

  private void requireListing() {
    if (!listsCallTargets()) {
      throw new UnsupportedOperationException(
          name() + " keeps no list of the places where calls may enter");
    }
  }

  /**
   * Where checked calls may enter code.
   *
   * @return addresses, ascending
   */
  public List<Long> callTargets() {
    return locked(() -> memory.callTargets().in(0, Long.MAX_VALUE));
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    String call = "allocate(%d, %s)".formatted(byteSize, protection);
    require.single(byteSize, options);
    require.protection(call, protection, options);
    MemorySegment mapped = locked(() -> memory.allocate(call, byteSize, protection, options));
    // Only writeJit() turns the switch, so a store through the segment would fault.
    return options.mapJit() ? mapped.asReadOnly() : mapped;
  }

  @Override
  public void release(MemorySegment segment) {
    locked(() -> {
      Mapping mapping = memory.mappings().find(segment);
      require.whole(segment, mapping);
      memory.release(mapping);
    });
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    String call = "protect(%s, %s)".formatted(Text.of(range), protection);
    locked(() -> {
      var runs = require.committed(range);
      runs.forEach(run -> require.change(call, run.value(), protection));
      runs.forEach(run ->
          memory.pages().set(run.start(), run.byteSize(), run.value().withProtection(protection)));
    });
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    String call = "allocateDual(%d)".formatted(byteSize);
    String mechanism = require.dual(byteSize, options);
    return locked(() -> memory.allocateDual(call, byteSize, mechanism, options));
  }

  @Override
  public void release(DualMapping mapping) {
    locked(() -> memory.release(require.views(mapping)));
  }

  @Override
  public void discard(MemorySegment range) {
    system.require(Ability.DISCARD);
    locked(() -> {
      require.discardable(range);
      memory.discard(range);
    });
  }

  @Override
  public void populate(MemorySegment range) {
    if (system.populates()) {
      locked(() -> {
        require.committed(range);
        memory.populate(range);
      });
    }
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    system.require(Ability.RESERVE);
    require.granules(byteSize);
    return locked(() -> memory.reserve(require.place(byteSize, placement), byteSize));
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    system.require(Ability.RESERVE);
    String call = "commit(%s, %s)".formatted(Text.of(range), protection);
    require.protection(call, protection, MappingOptions.NONE);
    locked(() -> {
      require.uncommitted(range);
      memory.commit(call, range, protection);
    });
  }

  @Override
  public void decommit(MemorySegment range) {
    system.require(Ability.RESERVE);
    locked(() -> {
      require.reserved(range);
      memory.decommit(range);
    });
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    system.require(Ability.RESERVE);
    system.require(Ability.DUAL_MAPPING);
    String call = "commitDual(%s, %s)".formatted(Text.of(rx), Text.of(rw));
    locked(() -> {
      require.uncommitted(rx);
      require.uncommitted(rw);
      require.pair(rx, rw);
      memory.commitDual(call, rx, rw);
    });
  }

  @Override
  public void writeJit(MemorySegment target, MemorySegment source) {
    system.require(Ability.MAP_JIT);
    byte[] bytes = source.toArray(ValueLayout.JAVA_BYTE);
    locked(() -> {
      require.jit(target, source);
      memory.jitSwitch().turn(true);
      try {
        memory.write(target.address(), bytes);
        memory.cores().flush(target.address(), target.address() + bytes.length);
      } finally {
        memory.jitSwitch().turn(false);
      }
    });
  }

  /**
   * Whether a thread's write switch is on. It never is after a call of this class.
   *
   * @return whether any thread cannot execute memory under the switch at this moment
   */
  public boolean isJitSwitchOn() {
    return locked(memory.jitSwitch()::isOnAnywhere);
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException(range + " is not native memory");
    }
    MappingTable.requireAlive(range);
    locked(() -> memory.cores().flush(range.address(), range.address() + range.byteSize()));
  }

  @Override
  public void synchronizeCores() {
    system.require(Ability.CORE_SYNCHRONIZATION);
    locked(memory.cores()::synchronize);
  }

  @Override
  public HardenedRuntime hardenedRuntime() {
    return HardenedRuntime.of(capabilities());
  }

  @Override
  public Capabilities capabilities() {
    return system.capabilities();
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
