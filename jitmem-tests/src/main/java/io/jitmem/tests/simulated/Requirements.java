package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.books.AddressSpace;
import io.jitmem.tests.simulated.books.Mapping;
import io.jitmem.tests.simulated.books.Page;
import io.jitmem.tests.simulated.books.Page.Use;
import io.jitmem.tests.simulated.books.Runs.Run;
import io.jitmem.tests.simulated.books.Text;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated system asks of the arguments of its operations, before it does anything. Not
 * thread-safe: what looks at mappings is called under the lock of {@link SimulatedVirtMem}.
 */
final class Requirements {
  private static final int CALL_TARGET = VirtMem.CALL_TARGET_BYTE_ALIGNMENT;

  private final SimulatedSystem system;
  private final SimulatedMemory memory;

  Requirements(SimulatedSystem system, SimulatedMemory memory) {
    this.system = system;
    this.memory = memory;
  }

  /** A size and options that one mapping can have. */
  void single(long byteSize, MappingOptions options) {
    size(byteSize, options);
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException(
          "a mechanism or a temporary file can be asked of a dual mapping only: " + options);
    }
    if (options.mapJit()) {
      system.require(Ability.MAP_JIT);
    }
    offered(options);
  }

  /** A size and options that two views can have; returns the mechanism they get. */
  String dual(long byteSize, MappingOptions options) {
    size(byteSize, options);
    if (options.mapJit()) {
      throw new UnsupportedOperationException(
          system.name() + ": memory under the per-thread write switch has one view");
    }
    offered(options);
    return system.mechanism(options.mechanism(), options.preferTemporaryFile());
  }

  private void size(long byteSize, MappingOptions options) {
    system.pages().requireWholePages(byteSize);
    long large = options.largePageByteSize();
    if (large > 0 && byteSize % large != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a multiple of the large page size " + large);
    }
  }

  private void offered(MappingOptions options) {
    long large = options.largePageByteSize();
    if (large > 0 && !system.pages().largeByteSizes().contains(large)) {
      throw new UnsupportedOperationException(
          "%s: large pages of %d bytes are none of %s"
              .formatted(system.name(), large, system.pages().largeByteSizes()));
    }
    if (options.maximumProtection().isPresent() && !system.boundsProtections()) {
      throw new UnsupportedOperationException(
          system.name() + " does not bound the later protections of a mapping");
    }
  }

  /** A protection that the policy allows for new pages. */
  void protection(String call, Protection protection, MappingOptions options) {
    if (options.mapJit() && options.shared()) {
      throw Refusals.invalid(call, "memory under the per-thread write switch cannot be shared");
    }
    if (!options.maximumProtection().orElse(Protection.RWX).covers(protection)) {
      throw Refusals.denied(call, "beyond the maximum protection of " + options);
    }
    if (protection == Protection.RWX && !options.mapJit()) {
      system
          .refusal(Ability.RWX)
          .ifPresent(reason -> {
            throw Refusals.denied(call, reason);
          });
    }
  }

  /** A protection that the policy allows pages to get that are mapped. */
  void change(String call, Page page, Protection protection) {
    if (page.isView()) {
      throw new IllegalArgumentException(
          call + ": it is " + page.use().text() + " of memory with two, which keep theirs");
    }
    if (!page.maximum().covers(protection)) {
      throw Refusals.denied(call, "the mapping's maximum is " + page.maximum());
    }
    if (protection == Protection.RWX && !page.jit()) {
      system
          .refusal(Ability.RWX)
          .ifPresent(reason -> {
            throw Refusals.denied(call, reason);
          });
    }
    if (protection.executable() && !page.protection().executable()) {
      system
          .refusal(Ability.RW_TO_RX)
          .ifPresent(reason -> {
            throw Refusals.denied(call, reason);
          });
    }
  }

  void granules(long byteSize) {
    long granularity = system.pages().granularity();
    if (byteSize <= 0 || byteSize % granularity != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a positive multiple of the granularity " + granularity);
    }
  }

  /** Takes address space as a placement wants it. */
  long place(long byteSize, Placement placement) {
    String call = "reserve(%d, %s)".formatted(byteSize, placement);
    AddressSpace space = memory.backing().addressSpace();
    long granularity = system.pages().granularity();
    var address =
        switch (placement) {
          case Placement.Anywhere anywhere -> space.take(byteSize, granularity);
          case Placement.Near near -> {
            system.require(Ability.NEAR_PLACEMENT);
            if (space.byteSizeNear(near) < byteSize) {
              throw new IllegalArgumentException(
                  call + ": there are " + space.byteSizeNear(near) + " addresses so near");
            }
            yield space.takeNear(byteSize, granularity, near);
          }
        };
    return address.orElseThrow(() -> Refusals.outOfMemory(call, "no free addresses in a row"));
  }

  /** A segment that is the whole of a mapping with one. */
  void whole(MemorySegment segment, Mapping mapping) {
    if (mapping.isDual()) {
      throw new IllegalArgumentException(
          Text.of(segment) + " is a view of a dual mapping: release the mapping");
    }
    same(segment, mapping.first());
  }

  /** Two views of one mapping; returns it. */
  Mapping views(DualMapping dual) {
    Mapping mapping = memory.mappings().find(dual.rx());
    same(dual.rx(), mapping.first());
    same(dual.rw(), mapping.second());
    return mapping;
  }

  private static void same(MemorySegment segment, MemorySegment whole) {
    if (segment.address() != whole.address() || segment.byteSize() != whole.byteSize()) {
      throw new IllegalArgumentException(
          Text.of(segment) + " is not the whole of " + Text.of(whole) + ", which goes at once");
    }
  }

  /** Whole pages of a mapping, with memory behind all of them; returns what they are. */
  List<Run<Page>> committed(MemorySegment range) {
    wholePages(range, memory.mappings().find(range));
    List<Run<Page>> runs = runs(range);
    for (Run<Page> run : runs) {
      if (run.value().use() == Use.RESERVED) {
        throw new IllegalStateException(text(run) + " is not committed");
      }
    }
    return runs;
  }

  /** Memory under the write switch, and as much of something to copy there. */
  void jit(MemorySegment target, MemorySegment source) {
    if (target.byteSize() != source.byteSize()) {
      throw new IllegalArgumentException(
          "%d bytes do not go to %d".formatted(source.byteSize(), target.byteSize()));
    }
    if (!memory.mappings().find(target).options().mapJit()) {
      throw new IllegalArgumentException(
          Text.of(target) + " is not under the per-thread write switch");
    }
    for (Run<Page> run : runs(target)) {
      if (!run.value().protection().writable()) {
        throw new IllegalArgumentException(
            text(run) + " cannot be written: its protection is " + run.value().protection());
      }
    }
  }

  /** Whole pages whose memory can be given back. */
  void discardable(MemorySegment range) {
    for (Run<Page> run : committed(range)) {
      if (run.value().use() == Use.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            text(run) + " is an executable view: name the writable one");
      }
    }
  }

  /** Whole pages of a reservation. */
  void reserved(MemorySegment range) {
    Mapping mapping = memory.mappings().find(range);
    wholePages(range, mapping);
    if (!mapping.isReservation()) {
      throw new IllegalArgumentException(Text.of(range) + " is not in a reservation");
    }
  }

  /** Whole pages of a reservation, none of them with memory. */
  void uncommitted(MemorySegment range) {
    reserved(range);
    for (Run<Page> run : runs(range)) {
      if (run.value().use() != Use.RESERVED) {
        throw new IllegalStateException(
            text(run) + " is committed already: it is " + run.value().use().text());
      }
    }
  }

  /** Two ranges that can be views of the same memory. */
  void pair(MemorySegment rx, MemorySegment rw) {
    if (rx.byteSize() != rw.byteSize()) {
      throw new IllegalArgumentException(
          "two views of the same memory have one size, not %d and %d"
              .formatted(rx.byteSize(), rw.byteSize()));
    }
    if (rx.asOverlappingSlice(rw).isPresent()) {
      throw new IllegalArgumentException(Text.of(rx) + " overlaps " + Text.of(rw));
    }
    if (!memory.backing().mapsAnywhere()) {
      throw new UnsupportedOperationException(
          system.name() + ": backed segments have no second view at an address chosen before");
    }
  }

  /** Memory of which places can be listed for calls. */
  void listable(MemorySegment executable) {
    memory.mappings().find(executable);
    if (executable.address() % CALL_TARGET != 0 || executable.byteSize() % CALL_TARGET != 0) {
      throw new IllegalArgumentException(
          "%s is not between multiples of %d".formatted(Text.of(executable), CALL_TARGET));
    }
    for (Run<Page> run : runs(executable)) {
      if (run.value().use() == Use.WRITABLE_VIEW) {
        throw new IllegalArgumentException(
            text(run) + " is a writable view: name the executable one");
      }
    }
  }

  /** Such memory, and places in it. */
  void callTargets(MemorySegment executable, long... offsets) {
    listable(executable);
    long least = 0;
    for (long offset : offsets) {
      if (offset < least || offset >= executable.byteSize() || offset % CALL_TARGET != 0) {
        throw new IllegalArgumentException(
            "offset %d of %s is no place for calls".formatted(offset, Text.of(executable)));
      }
      least = offset + CALL_TARGET;
      requireExecutable(memory.pages().at(executable.address() + offset), offset);
    }
  }

  private static void requireExecutable(@Nullable Page page, long offset) {
    if (page == null || page.use() == Use.RESERVED) {
      throw new IllegalStateException("there is no memory yet at offset " + offset);
    }
    if (!page.protection().executable()) {
      throw new IllegalArgumentException("offset " + offset + " is not executable");
    }
  }

  private void wholePages(MemorySegment range, Mapping mapping) {
    long page = Math.max(system.pages().byteSize(), mapping.options().largePageByteSize());
    // A view need not be aligned to its large pages, so they are counted from its start.
    long offset = range.address() - mapping.view(range).address();
    if (range.byteSize() <= 0 || range.byteSize() % page != 0 || offset % page != 0) {
      throw new IllegalArgumentException(
          Text.of(range) + " are not whole pages of " + page + " bytes");
    }
  }

  private List<Run<Page>> runs(MemorySegment range) {
    return memory.pages().in(range.address(), range.byteSize());
  }

  private static String text(Run<Page> run) {
    return Text.of(run.start(), run.byteSize());
  }
}
