package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.backing.Backing;
import io.jitmem.tests.simulated.backing.PhantomBacking;
import io.jitmem.tests.simulated.backing.WindowBacking;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.PageInfo;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says what a {@link SimulatedVirtMem} has and lacks. By default: pages and granularity of 4 KiB,
 * no large pages, every ability but large pages, the per-thread write switch and guarded branches,
 * two mechanisms for dual mapping, 64 TiB of memory, and phantom segments. Not thread-safe.
 */
public final class SimulatedVirtMemBuilder {
  private static final long SMALLEST_PAGE = 4 << 10;
  private static final long LARGEST_PAGE = 64 << 10;
  private static final long LARGEST_GRANULARITY = 1 << 20;
  private static final long PHANTOM_BYTES = 1L << 47;
  private static final long LEAST_WINDOW = 1 << 20;

  private final Map<Ability, String> refusals = new EnumMap<>(Ability.class);
  private final Map<String, String> mechanisms = new LinkedHashMap<>();
  private final List<Long> largePages = new ArrayList<>();
  private String name = "Simulated";
  private long pageByteSize = SMALLEST_PAGE;
  private long granularity = SMALLEST_PAGE;
  private long memoryByteSize = PHANTOM_BYTES / 2;
  private long windowByteSize;
  private boolean boundsProtections;
  private boolean populates = true;
  private boolean listsCallTargets;

  SimulatedVirtMemBuilder() {
    mechanisms.put("object", "");
    mechanisms.put(SimulatedVirtMem.TEMPORARY_FILE, "");
    refusals.put(Ability.MAP_JIT, "this system has no such switch");
    refusals.put(Ability.LARGE_PAGES, "this system has none");
    refusals.put(Ability.GUARDED_BRANCHES, "this system's CPU has no landing pads");
  }

  /**
   * The system's name.
   *
   * @param text what {@link SimulatedVirtMem#name()} answers
   * @return this builder
   */
  public SimulatedVirtMemBuilder name(String text) {
    name = text;
    return this;
  }

  /**
   * The size of a page. A granularity below it becomes as much.
   *
   * @param byteSize a power of two from 4 KiB to 64 KiB, in bytes
   * @return this builder
   * @throws IllegalArgumentException if it is something else
   */
  public SimulatedVirtMemBuilder pageByteSize(long byteSize) {
    pageByteSize = requirePower("page size", byteSize, LARGEST_PAGE);
    granularity = Math.max(granularity, byteSize);
    return this;
  }

  /**
   * The alignment of mappings.
   *
   * @param byteSize a power of two from the page size to 1 MiB, in bytes
   * @return this builder
   * @throws IllegalArgumentException if it is something else
   */
  public SimulatedVirtMemBuilder granularity(long byteSize) {
    granularity = requirePower("granularity", byteSize, LARGEST_GRANULARITY);
    if (granularity < pageByteSize) {
      throw new IllegalArgumentException(
          "granularity " + byteSize + " is below the page size " + pageByteSize);
    }
    return this;
  }

  /**
   * The large pages, which are allowed by that.
   *
   * @param byteSizes their sizes in bytes, powers of two, ascending from above the page size
   * @return this builder; {@link #build()} checks the sizes
   */
  public SimulatedVirtMemBuilder largePages(Long... byteSizes) {
    largePages.clear();
    largePages.addAll(List.of(byteSizes));
    if (!largePages.isEmpty()) {
      allow(Ability.LARGE_PAGES);
    }
    return this;
  }

  /**
   * How much memory there is for what is mapped or committed; what goes past it is refused as
   * {@link io.jitmem.virtmem.VirtMemException.Kind#OUT_OF_MEMORY}. Reservations take none.
   *
   * @param byteSize a positive size in bytes
   * @return this builder
   * @throws IllegalArgumentException if it is not positive
   */
  public SimulatedVirtMemBuilder memoryByteSize(long byteSize) {
    if (byteSize <= 0) {
      throw new IllegalArgumentException("memory of " + byteSize + " bytes is not above 0");
    }
    memoryByteSize = byteSize;
    return this;
  }

  /**
   * Allows an ability that is refused by default or was refused. Large pages need {@link
   * #largePages} instead.
   *
   * @param ability what the system shall have
   * @return this builder
   */
  public SimulatedVirtMemBuilder allow(Ability ability) {
    refusals.remove(ability);
    return this;
  }

  /**
   * Refuses an ability. {@link Ability#RWX} and {@link Ability#RW_TO_RX} are then refused by
   * policy, with {@link io.jitmem.virtmem.VirtMemException.Kind#PERMISSION_DENIED}, the others as
   * something that is not there. Without reservations there is no near placement.
   *
   * @param ability what the system shall lack
   * @param reason why, for capabilities and messages
   * @return this builder
   * @throws IllegalArgumentException if the reason is empty
   */
  public SimulatedVirtMemBuilder refuse(Ability ability, String reason) {
    if (reason.isEmpty()) {
      throw new IllegalArgumentException(ability + " is refused without a reason");
    }
    refusals.put(ability, reason);
    return this;
  }

  /**
   * The ways to map memory twice, instead of those by default.
   *
   * @param names the preferred first; none for a system that does not know how
   * @return this builder
   */
  public SimulatedVirtMemBuilder mechanisms(String... names) {
    mechanisms.clear();
    for (String each : names) {
      mechanisms.put(each, "");
    }
    return this;
  }

  /**
   * Adds a way to map memory twice that does not work, as the last.
   *
   * @param mechanism its name
   * @param reason why it does not work
   * @return this builder
   * @throws IllegalArgumentException if the reason is empty
   */
  public SimulatedVirtMemBuilder refuseMechanism(String mechanism, String reason) {
    if (reason.isEmpty()) {
      throw new IllegalArgumentException(mechanism + " is refused without a reason");
    }
    mechanisms.put(mechanism, reason);
    return this;
  }

  /**
   * Whether {@link io.jitmem.virtmem.MappingOptions#maximumProtection()} is known and enforced; not
   * by default.
   *
   * @param known true if it is
   * @return this builder
   */
  public SimulatedVirtMemBuilder boundsProtections(boolean known) {
    boundsProtections = known;
    return this;
  }

  /**
   * Whether {@link SimulatedVirtMem#populate} does anything; it does by default.
   *
   * @param known false for a system on which it is a hint without effect
   * @return this builder
   */
  public SimulatedVirtMemBuilder populates(boolean known) {
    populates = known;
    return this;
  }

  /**
   * Guards branches by a list of the places where they may enter; this allows {@link
   * Ability#GUARDED_BRANCHES}. By default, if that is allowed, it is by landing pads.
   *
   * @return this builder
   */
  public SimulatedVirtMemBuilder listsCallTargets() {
    listsCallTargets = true;
    return allow(Ability.GUARDED_BRANCHES);
  }

  /**
   * Segments over real memory, which can be read and written: what is written through one view of a
   * dual mapping is read through the other. It is a sparse temporary file; only what is touched
   * costs disk and memory.
   *
   * @param byteSize how much address space there is, in bytes: at least 1 MiB, and room for all
   *     mappings and reservations; rounded up to the granularity
   * @return this builder
   * @throws IllegalArgumentException if it is below 1 MiB or above 1 TiB
   */
  public SimulatedVirtMemBuilder backed(long byteSize) {
    if (byteSize < LEAST_WINDOW || byteSize > 1L << 40) {
      throw new IllegalArgumentException(
          "address space of " + byteSize + " bytes is not from 1 MiB to 1 TiB");
    }
    windowByteSize = byteSize;
    return this;
  }

  /**
   * Makes the system.
   *
   * @return a system with nothing mapped
   * @throws IllegalArgumentException if the large page sizes are not allowed or large pages are
   *     allowed without a size
   * @throws java.io.UncheckedIOException if a temporary file is needed and cannot be made
   */
  public SimulatedVirtMem build() {
    boolean large = !refusals.containsKey(Ability.LARGE_PAGES);
    if (large && largePages.isEmpty()) {
      throw new IllegalArgumentException("large pages are allowed, but no size was given");
    }
    PageInfo pages = new PageInfo(pageByteSize, granularity, large ? largePages : List.of());
    SimulatedSystem system =
        new SimulatedSystem(
            name,
            pages,
            allRefusals(),
            ordered(),
            memoryByteSize,
            boundsProtections,
            populates,
            listsCallTargets);
    return new SimulatedVirtMem(system, backing());
  }

  /** What follows from what was refused is refused, too. */
  private Map<Ability, String> allRefusals() {
    Map<Ability, String> all = new EnumMap<>(refusals);
    if (all.containsKey(Ability.RESERVE)) {
      all.putIfAbsent(Ability.NEAR_PLACEMENT, "nothing can be reserved");
    }
    if (mechanisms.isEmpty()) {
      all.putIfAbsent(Ability.DUAL_MAPPING, "this system has no mechanism for it");
    }
    return all;
  }

  private Map<String, String> ordered() {
    return new LinkedHashMap<>(mechanisms);
  }

  private Backing backing() {
    return windowByteSize == 0
        ? new PhantomBacking(PHANTOM_BYTES)
        : WindowBacking.open((windowByteSize + granularity - 1) & -granularity, granularity);
  }

  private static long requirePower(String what, long byteSize, long largest) {
    if (byteSize < SMALLEST_PAGE || byteSize > largest || Long.bitCount(byteSize) != 1) {
      throw new IllegalArgumentException(
          "%s is a power of two from %d to %d, not %d"
              .formatted(what, SMALLEST_PAGE, largest, byteSize));
    }
    return byteSize;
  }
}
