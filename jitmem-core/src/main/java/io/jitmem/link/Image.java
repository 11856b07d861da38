package io.jitmem.link;

import io.jitmem.code.LinkException;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is placed together: the sections of some units by {@link Region}, each of which is one piece
 * of memory. It is laid out first, then given addresses, then relocated. Not thread-safe.
 */
public final class Image {
  /** A call to so far from a symbol in the same code is as near as one to the symbol. */
  private static final long LARGEST_NEAR_ADDEND = 1 << 20;

  private final Encoder encoder;
  private final List<Unit> units = new ArrayList<>(1);
  private final Extent code = new Extent(Section.MAX_BYTE_SIZE);
  private final Extent readOnly = new Extent(Section.MAX_BYTE_SIZE);
  private final Extent writable = new Extent(Section.MAX_BYTE_SIZE);
  private long initialisedByteSize;
  private long textByteSize;
  private long framesEnd;
  private @Nullable AddressTable table;

  Image(Encoder encoder) {
    this.encoder = encoder;
  }

  void add(Unit unit) {
    units.add(unit);
  }

  /**
   * Gives each section its place. Call frame information comes last and in one piece, as those who
   * register it want it, and the zero that ends it.
   */
  void layOut() {
    takeAll(Section.Kind.CODE);
    takeAll(Section.Kind.READ_ONLY);
    takeAll(Section.Kind.INITIALIZERS);
    if (takeFrames()) {
      readOnly.take(Integer.BYTES, Integer.BYTES);
      framesEnd = readOnly.byteSize();
    }
    takeAll(Section.Kind.DATA);
    initialisedByteSize = writable.byteSize();
    takeAll(Section.Kind.ZERO);
    textByteSize = code.byteSize();
  }

  private boolean takeAll(Section.Kind kind) {
    Extent extent = extent(Region.of(kind));
    boolean any = false;
    for (Unit unit : units) {
      for (Section section : unit.sections()) {
        if (section.kind() == kind && !unit.isDiscarded(section)) {
          unit.place(section, extent.take(section.byteSize(), section.alignment()));
          any |= section.byteSize() > 0;
        }
      }
    }
    return any;
  }

  /**
   * One behind the other without a gap, since a zero between two would end all: neither for
   * alignment nor by the end that a section brings. What overlaps that is copied later.
   */
  private boolean takeFrames() {
    boolean any = false;
    for (Unit unit : units) {
      for (Section section : unit.sections()) {
        if (section.kind() == Section.Kind.UNWIND && !unit.isDiscarded(section)) {
          long alignment = any ? Integer.BYTES : section.alignment();
          unit.place(section, readOnly.take(CallFrames.byteSize(section), alignment));
          any |= section.byteSize() > 0;
        }
      }
    }
    return any;
  }

  /** Room for a variable that is zero at first; returns its offset in the writable region. */
  long takeZeros(long byteSize, long alignment) {
    return writable.take(byteSize, alignment);
  }

  /** Makes room for what the address table takes if everything outside is far away. */
  void takeTable() {
    long most = 0;
    for (Unit unit : units) {
      most += mostOfTable(unit);
    }
    if (most > 0) {
      code.take(most, Long.BYTES);
    }
  }

  private long mostOfTable(Unit unit) {
    long most = 0;
    byte[] seen = new byte[unit.code().symbols().size()];
    for (Relocation relocation : unit.relocations()) {
      Encoder.Need need =
          unit.isDiscarded(relocation.section()) ? Encoder.Need.NOTHING : encoder.need(relocation);
      if (need == Encoder.Need.NOTHING || isNear(unit, relocation, need)) {
        continue;
      }
      int bit = need == Encoder.Need.ENTRY ? 1 : 2;
      int symbol = relocation.symbol().index();
      boolean shares = shares(relocation, need);
      if (!shares || (seen[symbol] & bit) == 0) {
        most += need == Encoder.Need.ENTRY ? Long.BYTES : encoder.stubByteSize();
      }
      if (shares) {
        seen[symbol] |= (byte) bit;
      }
    }
    return most;
  }

  /** Whether no stub is needed wherever this is placed. */
  private boolean isNear(Unit unit, Relocation relocation, Encoder.Need need) {
    return need == Encoder.Need.STUB
        && unit.target(relocation.symbol()) instanceof Target.Placed placed
        && placed.image() == this
        && placed.region() == Region.CODE
        && relocation.section().kind() == Section.Kind.CODE
        && relocation.addend() >= -LARGEST_NEAR_ADDEND
        && relocation.addend() <= LARGEST_NEAR_ADDEND
        && textByteSize <= encoder.reach() - LARGEST_NEAR_ADDEND;
  }

  /** The symbol of a section stands for many functions, by as many addends. */
  private boolean shares(Relocation relocation, Encoder.Need need) {
    return need == Encoder.Need.ENTRY || relocation.addend() == encoder.branchAddend();
  }

  private Extent extent(Region region) {
    return switch (region) {
      case CODE -> code;
      case READ_ONLY -> readOnly;
      case WRITABLE -> writable;
    };
  }

  /**
   * How much memory a region needs.
   *
   * @return the number of bytes, 0 for none; of the region with code perhaps more than is used in
   *     the end
   */
  public long byteSize(Region region) {
    return extent(region).byteSize();
  }

  /** The alignment of the memory that a region needs, in bytes. */
  public long alignment(Region region) {
    return extent(region).alignment();
  }

  /** Says where a region will lie. */
  public void placeAt(Region region, long address) {
    extent(region).placeAt(address);
  }

  long base(Region region) {
    return extent(region).address();
  }

  byte[] bytes(Region region) {
    return extent(region).bytes();
  }

  AddressTable table() {
    AddressTable ours = table;
    if (ours == null) {
      throw new AssertionError("there is no table before relocation");
    }
    return ours;
  }

  /**
   * Computes what the regions hold. All images have their addresses.
   *
   * @throws io.jitmem.code.RelocationException if a value does not fit
   * @throws LinkException if something refers to what was not kept
   */
  public void relocate() {
    copy();
    int start = (int) ((textByteSize + Long.BYTES - 1) & -Long.BYTES);
    table = new AddressTable(encoder, code.bytes(), code.address(), start);
    for (Unit unit : units) {
      for (Relocation relocation : unit.relocations()) {
        relocate(unit, relocation);
      }
    }
  }

  private void copy() {
    code.makeBytes(code.byteSize());
    readOnly.makeBytes(readOnly.byteSize());
    writable.makeBytes(initialisedByteSize);
    int end = 0;
    for (Unit unit : units) {
      for (Section section : unit.sections()) {
        if (section.kind() != Section.Kind.ZERO && !unit.isDiscarded(section)) {
          copy(unit, section);
          if (section.kind() == Section.Kind.CODE) {
            encoder.fill(code.bytes(), end, (int) unit.offset(section));
            end = (int) (unit.offset(section) + section.byteSize());
          }
        }
      }
    }
    encoder.fill(code.bytes(), end, code.bytes().length);
  }

  private void copy(Unit unit, Section section) {
    MemorySegment.copy(
        section.bytes(),
        ValueLayout.JAVA_BYTE,
        0,
        bytes(Region.of(section.kind())),
        (int) unit.offset(section),
        (int) section.byteSize());
  }

  private void relocate(Unit unit, Relocation relocation) {
    if (unit.isDiscarded(relocation.section())) {
      return;
    }
    if (!Target.Special.DISCARDED.equals(unit.target(relocation.symbol()))) {
      encoder.apply(new Place(unit, relocation));
    } else if (relocation.section().kind() != Section.Kind.UNWIND) {
      throw new LinkException(
          unit.code().name()
              + ": "
              + relocation
              + ": that is in a group of which another one was kept");
    }
  }

  /**
   * What a region holds first.
   *
   * @return as many bytes as are used of the one with code, and as have a value of the writable
   *     one, whose rest is zero
   */
  public MemorySegment contents(Region region) {
    MemorySegment bytes = MemorySegment.ofArray(bytes(region));
    return region == Region.CODE ? bytes.asSlice(0, usedByteSize()) : bytes;
  }

  private int usedByteSize() {
    return table().isEmpty() ? (int) textByteSize : table().end();
  }

  /**
   * A piece of memory with a name.
   *
   * @param name what it is called
   * @param address where it begins
   * @param byteSize its size in bytes, 0 if that is not known
   */
  public record Named(String name, long address, long byteSize) {}

  /** What it is called: as its first unit, and how many others there are. */
  public String name() {
    String first = units.getFirst().name();
    return units.size() == 1 ? first : first + "+" + (units.size() - 1);
  }

  /** The functions by address; code without any is one by its own name. It was placed. */
  public List<Named> functions() {
    List<Named> all = new ArrayList<>();
    for (Unit unit : units) {
      all.addAll(unit.functions());
    }
    all.sort(Comparator.comparingLong(Named::address));
    return all;
  }

  /** The functions that others may call by name. It was placed. */
  public List<Named> exportedFunctions() {
    List<Named> all = new ArrayList<>();
    for (Unit unit : units) {
      all.addAll(unit.exportedFunctions());
    }
    return all;
  }

  /** Where call frame information is, with the zero that ends it. The image was placed. */
  public Optional<Named> frames() {
    long start = Long.MAX_VALUE;
    for (Unit unit : units) {
      start = Math.min(start, unit.framesOffset());
    }
    return start == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new Named(".eh_frame", readOnly.address() + start, framesEnd - start));
  }

  /** The addresses of the functions to call once, in their order. The image was relocated. */
  public List<Long> initializers() {
    List<Long> addresses = new ArrayList<>();
    byte[] bytes = readOnly.bytes();
    for (Unit unit : units) {
      for (Section section : unit.sections()) {
        if (section.kind() == Section.Kind.INITIALIZERS && !unit.isDiscarded(section)) {
          for (long at = 0; at < section.byteSize(); at += Long.BYTES) {
            addresses.add(Bytes.get64(bytes, (int) (unit.offset(section) + at)));
          }
        }
      }
    }
    return addresses;
  }
}
