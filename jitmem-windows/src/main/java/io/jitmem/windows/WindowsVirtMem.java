package io.jitmem.windows;

import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.Reservations;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.spi.FunctionTables;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Windows backend. {@code pages} and {@code hardened} are found out on first use and written
 * without a lock: racing threads find the same.
 */
final class WindowsVirtMem implements VirtMem, FunctionTables {
  /** The mechanism of two views, by its first call. */
  static final String SECTION = "CreateFileMapping";

  private final WindowsBinder binder;
  private final Architecture cpu;
  private final MemoryCalls memory;
  private final PageProtections protections;
  private final CallTargets targets;
  private final CallTargetList list;
  private final ProcessCalls process;
  private final WindowsSystem system;
  private final Emulation emulation;
  private final SpaceChoice reserved;
  private final WindowsMemory mapped;
  private final Mappings mappings;
  private final Reservations reservations;
  private final Sections sections;
  private final NearPlacement near;
  private final LargePages largePages;
  private final PageDiscard discard;
  private final GrowableTables tables;
  private volatile @Nullable PageInfo pages;
  private volatile @Nullable HardenedRuntime hardened;

  WindowsVirtMem(WindowsBinder binder, Architecture cpu) {
    this(binder, cpu, false);
  }

  private WindowsVirtMem(WindowsBinder binder, Architecture cpu, boolean listing) {
    this.binder = binder;
    this.cpu = cpu;
    memory = new MemoryCalls(binder);
    process = new ProcessCalls(binder);
    system = new WindowsSystem(process);
    emulation = new Emulation(cpu, process);
    SectionCalls views = new SectionCalls(binder);
    protections = new PageProtections(memory, listing);
    targets = new CallTargets(memory, process, new CallTargetCalls(binder, process), system);
    PlaceholderSpace placeholders =
        new PlaceholderSpace(binder, memory, protections, views, process, system);
    reserved = new SpaceChoice(memory, protections, views, process, system, placeholders);
    mapped = new WindowsMemory(memory, protections, views, reserved);
    mappings = new Mappings(binder, mapped);
    reservations = new Reservations(mappings, mapped);
    sections = new Sections(memory, protections, views);
    list = new CallTargetList(listing, targets, reservations, sections, system);
    near = new NearPlacement(memory, system);
    largePages = new LargePages(memory, protections, views, process, system);
    discard = new PageDiscard(binder, memory, protections, mapped);
    tables = new GrowableTables(binder, memory, cpu);
  }

  @Override
  public String name() {
    return "Windows";
  }

  @Override
  public PageInfo pages() {
    PageInfo known = pages;
    if (known == null) {
      ProcessCalls.SystemInfo info = system.info();
      known = new PageInfo(info.pageByteSize(), info.granularity(), largePages.sizes());
      pages = known;
    }
    return known;
  }

  /**
   * Another backend if Control Flow Guard is on in this process, and does what is needed of it when
   * it is tried.
   */
  @Override
  public VirtMem guardingBranches() {
    if (list.isKept()) {
      return this;
    }
    try {
      return listingCallTargets();
    } catch (VirtMemException | UnsupportedOperationException unable) {
      // The capabilities tell why.
      return this;
    }
  }

  /**
   * A backend whose memory may be called at listed places only, which was tried.
   *
   * @throws UnsupportedOperationException if this process has no such list
   * @throws VirtMemException if the system refuses to keep it
   */
  WindowsVirtMem listingCallTargets() {
    targets.requireOffered();
    WindowsVirtMem another = list.isKept() ? this : new WindowsVirtMem(binder, cpu, true);
    another.tryList();
    return another;
  }

  private void tryList() {
    MemorySegment page = allocate(system.info().pageByteSize(), Protection.RW);
    try {
      list.clear(page);
      protect(page, Protection.RX);
      list.add(page, 0);
    } finally {
      release(page);
    }
  }

  @Override
  public boolean guardsBranches() {
    return list.isKept();
  }

  @Override
  public boolean listsCallTargets() {
    return list.isKept();
  }

  @Override
  public void addCallTargets(MemorySegment executable, long... offsets) {
    list.add(executable, offsets);
  }

  @Override
  public void clearCallTargets(MemorySegment executable) {
    list.clear(executable);
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    Requests.requireMappable(byteSize, options, system);
    Requests.requireSingle(options);
    int page = WindowsAbi.page(protection);
    long large = options.largePageByteSize();
    long address =
        large > 0
            ? largePages.allocate(byteSize, large, page)
            : protections.allocate(
                0, byteSize, WindowsAbi.MEM_RESERVE | WindowsAbi.MEM_COMMIT, page);
    return mappings.enter(address, byteSize, PageUse.PRIVATE, options);
  }

  @Override
  public void release(MemorySegment segment) {
    discard.forgetting(segment.address(), segment.byteSize(), () -> reservations.release(segment));
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    reservations.withPages(
        range,
        runs -> {
          requireWholePages(range);
          Requests.requireProtectable(runs);
          discard.heal(runs);
          mapped.protect(runs, mappings.isReserved(range), protection);
        });
  }

  @Override
  public void discard(MemorySegment range) {
    reservations.withPages(
        range,
        runs -> {
          requireWholePages(range);
          Requests.requireDiscardable(runs, mappings.largePageByteSize(range));
          discard.discard(runs, mappings.isReserved(range));
        });
  }

  /**
   * Committed pages have what they need, but for those that a discard has left without. Views in
   * reservations may not be committed yet.
   */
  @Override
  public void populate(MemorySegment range) {
    reservations.withPages(
        range,
        runs -> {
          requireWholePages(range);
          Requests.requirePopulatable(runs);
          discard.heal(runs);
          if (mappings.isReserved(range)) {
            mapped.populate(runs);
          }
        });
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    Requests.requireGranules(byteSize, system);
    ReservedSpace space = reserved.space();
    long address =
        switch (placement) {
          case Placement.Anywhere anywhere -> space.anywhere(Requests.addressed(byteSize, system));
          case Placement.Near target -> near.reserve(byteSize, target, space);
        };
    return mappings.enterReserved(address, byteSize);
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    requireWholePages(range);
    reservations.commit(range, protection);
  }

  @Override
  public void decommit(MemorySegment range) {
    requireWholePages(range);
    discard.forgetting(
        range.address(),
        range.byteSize(),
        () -> reservations.decommit(range, WindowsVirtMem::keep));
  }

  /** Memory of a section goes back with its last view. */
  private static void keep(PageRun view) {}

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    commitDual(rx, rw, false);
  }

  /** The commit charge is that of what is populated. */
  @Override
  public void prepareDual(MemorySegment rx, MemorySegment rw) {
    commitDual(rx, rw, true);
  }

  private void commitDual(MemorySegment rx, MemorySegment rw, boolean later) {
    emulation.requireNone();
    list.requireViews();
    requireWholePages(rx);
    requireWholePages(rw);
    reservations.commitDual(
        rx, rw, place -> reserved.space().commitDual(place.rx(), place.rw(), rx.byteSize(), later));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    Requests.requireMappable(byteSize, options, system);
    options.mechanism().ifPresent(Requests::requireSection);
    emulation.requireNone();
    list.requireViews();
    boolean large = options.largePageByteSize() > 0;
    if (large) {
      largePages.require(options.largePageByteSize());
    }
    return mappings.enter(sections.map(byteSize, large), byteSize, SECTION, options);
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException(range + " is not native memory");
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException("the memory was released before");
    }
    // Without an address a size has no meaning, and nothing to flush needs no call.
    if (range.byteSize() > 0) {
      process.flushInstructionCache(process.currentProcess(), range.address(), range.byteSize());
    }
  }

  @Override
  public void synchronizeCores() {
    process.flushProcessWriteBuffers();
  }

  @Override
  public void requireFunctionTables() {
    tables.requireFunctionTables();
  }

  @Override
  public Table add(MemorySegment region, List<Function> functions) {
    return tables.add(region, functions);
  }

  @Override
  public HardenedRuntime hardenedRuntime() {
    HardenedRuntime known = hardened;
    if (known == null) {
      known = HardenedRuntime.of(capabilities());
      hardened = known;
    }
    return known;
  }

  @Override
  public Capabilities capabilities() {
    return new CapabilityProbe(this, largePages, system).probe();
  }

  @Override
  public List<Condition> conditions() {
    return new ConditionReport(process, system, largePages, reserved.space()).make(emulation);
  }

  private void requireWholePages(MemorySegment range) {
    long page = Math.max(system.info().pageByteSize(), mappings.largePageByteSize(range));
    Requests.requireWholePages(range.byteSize(), page);
    if ((range.address() & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "address " + BitNames.hex(range.address()) + " is not the start of a page");
    }
  }
}
