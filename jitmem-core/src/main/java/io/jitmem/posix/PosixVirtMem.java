package io.jitmem.posix;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.Reservations;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the backends over {@code mmap}, {@code mprotect} and {@code munmap} have in common. {@code
 * hardened} is found out on first use and written without a lock: racing threads find the same.
 */
public abstract class PosixVirtMem implements VirtMem {
  private final PosixCalls posix;
  private final Mappings mappings;
  private final PageChecks checks;
  private final Reservations reservations;
  private volatile @Nullable HardenedRuntime hardened;

  /** A backend that maps by a system's calls. */
  protected PosixVirtMem(NativeBinder binder, PosixCalls posix) {
    this.posix = posix;
    MappedMemory memory = new PosixMemory(posix);
    mappings = new Mappings(binder, memory);
    checks = new PageChecks(posix, mappings);
    reservations = new Reservations(mappings, memory);
  }

  /** Checks of sizes and ranges, by this system's pages. */
  protected final PageChecks checks() {
    return checks;
  }

  /** All that is mapped by this backend. */
  protected final Mappings mappings() {
    return mappings;
  }

  /** What of it is reserved. */
  protected final Reservations reservations() {
    return reservations;
  }

  /** How memory is mapped twice. */
  protected abstract DualLadder ladder();

  /** How address space near an address is found. */
  protected abstract long reserveNear(long byteSize, Placement.Near target);

  /** Refuses a protection that this system does not give; none unless overridden. */
  protected void requireAllowed(Protection protection) {}

  /** Refuses two views where they cannot be had, or not of this size with these options. */
  protected abstract void requireTwoViews(long byteSize, MappingOptions options);

  /**
   * Takes the memory from behind the writable view of a file that is decommitted. By default it is
   * left to the end of the last view.
   */
  protected void emptyFile(PageRun view) {}

  /** Does something with whole pages of a mapping, which stay what they are meanwhile. */
  protected final void withWholePages(MemorySegment range, Consumer<List<PageRun>> action) {
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          action.accept(pages);
        });
  }

  @Override
  public PageInfo pages() {
    return new PageInfo(checks.byteSize(), checks.byteSize(), List.of());
  }

  /** Enters memory with one view that was just mapped; unmaps it if that fails. */
  protected final MemorySegment entered(long address, long byteSize, MappingOptions options) {
    PageUse use = options.shared() ? PageUse.SHARED : PageUse.PRIVATE;
    return mappings.enter(address, byteSize, use, options);
  }

  @Override
  public void release(MemorySegment segment) {
    reservations.release(segment);
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    withWholePages(
        range,
        pages -> {
          PageChecks.requireProtectable(pages);
          requireAllowed(protection);
          posix.mprotect(range.address(), range.byteSize(), Posix.prot(protection));
        });
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    checks.requireWhole(byteSize);
    long address =
        switch (placement) {
          case Placement.Anywhere anywhere -> new ReservedSpace(posix).anywhere(byteSize);
          case Placement.Near target -> reserveNear(byteSize, target);
        };
    return mappings.enterReserved(address, byteSize);
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    checks.requireWhole(range);
    requireAllowed(protection);
    reservations.commit(range, protection);
  }

  @Override
  public void decommit(MemorySegment range) {
    checks.requireWhole(range);
    reservations.decommit(range, this::emptyFile);
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    checks.requireWhole(rx);
    checks.requireWhole(rw);
    requireTwoViews(rx.byteSize(), MappingOptions.NONE);
    reservations.commitDual(rx, rw, place -> ladder().mapAt(place, rx.byteSize()));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    checks.requireWhole(byteSize);
    requireTwoViews(byteSize, options);
    DualLadder.Mapped mapped = ladder().map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism(), options);
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
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
}
