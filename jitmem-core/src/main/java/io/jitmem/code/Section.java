package io.jitmem.code;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A piece of machine code or of its data that stays in one piece when it is placed. Immutable: what
 * starts with {@code with} answers another one. It can be referred to once it was added to a {@link
 * MachineCodeBuilder}, as what {@link MachineCodeBuilder#section} answers.
 */
public final class Section {
  /** The largest alignment, in bytes. */
  public static final long MAX_ALIGNMENT = 2L << 20;

  /** The largest size, in bytes. */
  public static final long MAX_BYTE_SIZE = 1L << 30;

  private static final int UNBOUND = -1;
  private static final byte[] NO_BYTES = {};

  /** What a section is for, and with that what may be done with its memory. */
  public enum Kind {
    /** Instructions: can be executed and read. */
    CODE,
    /** Constants: can be read. */
    READ_ONLY,
    /** Variables: can be read and written. */
    DATA,
    /** Variables that are zero at first and have no bytes of their own. */
    ZERO,
    /**
     * Addresses of functions without parameters, 8 bytes each, which are called once, in their
     * order, before the code is handed out; as ELF's {@code .init_array}. Can be read.
     */
    INITIALIZERS,
    /** Call frame information, as ELF's {@code .eh_frame}. Can be read. */
    UNWIND
  }

  private record Traits(String name, long alignment, @Nullable String group) {}

  private final int index;
  private final Kind kind;
  private final Traits traits;
  private final byte[] bytes;
  private final long byteSize;

  private Section(int index, Kind kind, Traits traits, byte[] bytes, long byteSize) {
    this.index = index;
    this.kind = kind;
    this.traits = traits;
    this.bytes = bytes;
    this.byteSize = byteSize;
  }

  /**
   * A section with bytes. Its name is one that is usual for its kind, its alignment 16, or 8 for
   * what consists of addresses.
   *
   * @param kind any but {@link Kind#ZERO}
   * @param bytes what it holds before relocation, which is copied; may be empty
   * @return the section
   * @throws IllegalArgumentException if a section of that kind cannot have those bytes
   */
  public static Section of(Kind kind, byte[] bytes) {
    return wrap(kind, bytes.clone());
  }

  /**
   * A section with the bytes of a segment.
   *
   * @param kind any but {@link Kind#ZERO}
   * @param bytes what it holds before relocation, which is copied; may be empty
   * @return the section as of {@link #of(Kind, byte[])}
   * @throws IllegalArgumentException if a section of that kind cannot have those bytes
   */
  public static Section of(Kind kind, MemorySegment bytes) {
    requireSize(bytes.byteSize());
    return wrap(kind, bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  /**
   * A section of instructions.
   *
   * @param bytes the code, which is copied
   * @return the section, called {@code .text} and aligned to 16
   */
  public static Section code(byte[] bytes) {
    return of(Kind.CODE, bytes);
  }

  /**
   * A section of variables that are zero at first.
   *
   * @param byteSize its size in bytes, 0 to {@link #MAX_BYTE_SIZE}
   * @return the section, called {@code .bss} and aligned to 16
   * @throws IllegalArgumentException if the size is out of range
   */
  public static Section zero(long byteSize) {
    requireSize(byteSize);
    return new Section(UNBOUND, Kind.ZERO, new Traits(".bss", 16, null), NO_BYTES, byteSize);
  }

  /** Takes the array as it is. */
  static Section wrap(Kind kind, byte[] bytes) {
    requireSize(bytes.length);
    if (kind == Kind.ZERO) {
      throw new IllegalArgumentException(
          "a section of zeros has a size and no bytes: Section.zero");
    }
    if (kind == Kind.INITIALIZERS && bytes.length % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "initializers are addresses of 8 bytes, not " + bytes.length + " bytes in all");
    }
    long alignment = kind == Kind.INITIALIZERS || kind == Kind.UNWIND ? Long.BYTES : 16;
    return new Section(
        UNBOUND, kind, new Traits(usualName(kind), alignment, null), bytes, bytes.length);
  }

  private static String usualName(Kind kind) {
    return switch (kind) {
      case CODE -> ".text";
      case READ_ONLY -> ".rodata";
      case DATA -> ".data";
      case ZERO -> ".bss";
      case INITIALIZERS -> ".init_array";
      case UNWIND -> ".eh_frame";
    };
  }

  private static void requireSize(long byteSize) {
    if (byteSize < 0 || byteSize > MAX_BYTE_SIZE) {
      throw new IllegalArgumentException(
          "a section has 0.." + MAX_BYTE_SIZE + " bytes, not " + byteSize);
    }
  }

  /**
   * The same section by another name.
   *
   * @param name any name; several sections may have the same
   * @return a section that was not added to anything
   */
  public Section withName(String name) {
    Objects.requireNonNull(name, "name");
    return with(new Traits(name, alignment(), traits.group()));
  }

  /**
   * The same section with another alignment.
   *
   * @param alignment of its address in bytes, a power of two up to {@link #MAX_ALIGNMENT}
   * @return a section that was not added to anything
   * @throws IllegalArgumentException if the alignment is no such power of two
   */
  public Section withAlignment(long alignment) {
    requireAlignment(alignment);
    return with(new Traits(name(), alignment, traits.group()));
  }

  static void requireAlignment(long alignment) {
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "an alignment is a power of two up to " + MAX_ALIGNMENT + ", not " + alignment);
    }
  }

  /**
   * The same section as a member of a group. Of what is linked together, only the members of the
   * first group of each name are kept; symbols of the others stand for those of the same name that
   * are kept. C++ compilers make such groups of inline functions.
   *
   * @param group the group's name
   * @return a section that was not added to anything
   */
  public Section withGroup(String group) {
    Objects.requireNonNull(group, "group");
    return with(new Traits(name(), alignment(), group));
  }

  private Section with(Traits changed) {
    return new Section(UNBOUND, kind, changed, bytes, byteSize);
  }

  Section bound(int at) {
    return new Section(at, kind, traits, bytes, byteSize);
  }

  /**
   * Where it stands in {@link MachineCode#sections()}.
   *
   * @return the index, or -1 if it was not added to a builder
   */
  public int index() {
    return index;
  }

  /**
   * What it is for.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Its name, for messages.
   *
   * @return the name, which need not be unique
   */
  public String name() {
    return traits.name();
  }

  /**
   * The alignment of its address.
   *
   * @return a power of two, in bytes
   */
  public long alignment() {
    return traits.alignment();
  }

  /**
   * The group that it belongs to.
   *
   * @return the group's name, or empty
   */
  public Optional<String> group() {
    return Optional.ofNullable(traits.group());
  }

  /**
   * Its size in memory.
   *
   * @return the number of bytes, 0 to {@link #MAX_BYTE_SIZE}
   */
  public long byteSize() {
    return byteSize;
  }

  /**
   * What it holds before relocation.
   *
   * @return a read-only segment on the heap; empty for {@link Kind#ZERO}
   */
  public MemorySegment bytes() {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }

  @Override
  public String toString() {
    return "Section[" + name() + ", " + kind + ", " + byteSize + " bytes]";
  }
}
