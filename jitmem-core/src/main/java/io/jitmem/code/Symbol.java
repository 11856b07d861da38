package io.jitmem.code;

import java.util.Objects;

/**
 * A name for an address. It can be referred to once it was added to a {@link MachineCodeBuilder},
 * as what {@link MachineCodeBuilder#symbol} answers.
 *
 * @param index where it stands in {@link MachineCode#symbols()}, or -1 if it was not added
 * @param name its name; may be empty for a local symbol
 * @param definition where its address comes from
 * @param kind what is at that address
 * @param binding who can refer to it by its name
 * @param byteSize the size of what is there, or 0 if that is not known
 */
public record Symbol(
    int index, String name, Definition definition, Kind kind, Binding binding, long byteSize) {
  private static final int UNBOUND = -1;

  /** What is at a symbol's address. */
  public enum Kind {
    /** Not known. */
    NONE,
    /** A function. */
    FUNCTION,
    /** A variable or a constant. */
    OBJECT,
    /** The start of a section. */
    SECTION
  }

  /** Who can refer to a symbol by its name. */
  public enum Binding {
    /** Its own machine code alone. */
    LOCAL,
    /** Everything that is linked together; no two may have one name. */
    GLOBAL,
    /**
     * Everything that is linked together; a global one goes before it. Without any definition its
     * address is 0.
     */
    WEAK
  }

  /** Where a symbol's address comes from. */
  public sealed interface Definition {}

  /**
   * A place in a section.
   *
   * @param section the section, as it was answered by the builder
   * @param offset in bytes from its start, 0 to its size
   */
  public record InSection(Section section, long offset) implements Definition {
    /** Checks for null. */
    public InSection {
      Objects.requireNonNull(section, "section");
    }
  }

  /**
   * A fixed address or number.
   *
   * @param value the address
   */
  public record Absolute(long value) implements Definition {}

  /**
   * A variable that is zero at first, which everybody who is linked together may declare: there
   * will be one, as large as the largest; a global definition of that name goes before it.
   *
   * @param byteSize its size in bytes, 1 to {@link Section#MAX_BYTE_SIZE}
   * @param alignment its alignment, a power of two up to {@link Section#MAX_ALIGNMENT}
   */
  public record Common(long byteSize, long alignment) implements Definition {
    /**
     * Checks the shape.
     *
     * @throws IllegalArgumentException if the size or the alignment is out of range
     */
    public Common {
      if (byteSize < 1 || byteSize > Section.MAX_BYTE_SIZE) {
        throw new IllegalArgumentException(
            "a common variable has 1.." + Section.MAX_BYTE_SIZE + " bytes, not " + byteSize);
      }
      Section.requireAlignment(alignment);
    }
  }

  /** Not here: in something that is linked together with it, or found by a lookup. */
  public record Undefined() implements Definition {}

  /**
   * Checks the name and the size.
   *
   * @throws IllegalArgumentException if the size is negative, or the symbol has no name and needs
   *     one, or is local and not defined
   */
  public Symbol {
    Objects.requireNonNull(kind, "kind");
    if (byteSize < 0) {
      throw new IllegalArgumentException(
          "symbol '" + name + "' cannot have " + byteSize + " bytes");
    }
    if (name.isEmpty() && binding != Binding.LOCAL) {
      throw new IllegalArgumentException("a symbol that is not local has a name");
    }
    boolean elsewhere = definition instanceof Undefined || definition instanceof Common;
    if (elsewhere && binding == Binding.LOCAL) {
      throw new IllegalArgumentException(
          "symbol '" + name + "' is local, but not defined: " + definition);
    }
  }

  /**
   * A global symbol at a place in a section: a function if that is code, else an object.
   *
   * @param name its name
   * @param section a section as it was answered by the builder
   * @param offset in bytes from its start, 0 to its size
   * @return a symbol that was not added to anything
   * @throws IllegalArgumentException if the name is empty
   */
  public static Symbol defined(String name, Section section, long offset) {
    Kind kind = section.kind() == Section.Kind.CODE ? Kind.FUNCTION : Kind.OBJECT;
    return new Symbol(UNBOUND, name, new InSection(section, offset), kind, Binding.GLOBAL, 0);
  }

  /**
   * A symbol that others define.
   *
   * @param name its name
   * @return a global symbol that was not added to anything
   * @throws IllegalArgumentException if the name is empty
   */
  public static Symbol undefined(String name) {
    return new Symbol(UNBOUND, name, new Undefined(), Kind.NONE, Binding.GLOBAL, 0);
  }

  /**
   * A symbol with a fixed value.
   *
   * @param name its name
   * @param value its address
   * @return a global symbol that was not added to anything
   * @throws IllegalArgumentException if the name is empty
   */
  public static Symbol absolute(String name, long value) {
    return new Symbol(UNBOUND, name, new Absolute(value), Kind.NONE, Binding.GLOBAL, 0);
  }

  /**
   * A common variable.
   *
   * @param name its name
   * @param byteSize its size in bytes, 1 to {@link Section#MAX_BYTE_SIZE}
   * @param alignment its alignment, a power of two up to {@link Section#MAX_ALIGNMENT}
   * @return a global symbol that was not added to anything
   * @throws IllegalArgumentException if the name is empty, or the size or alignment out of range
   */
  public static Symbol common(String name, long byteSize, long alignment) {
    Common definition = new Common(byteSize, alignment);
    return new Symbol(UNBOUND, name, definition, Kind.OBJECT, Binding.GLOBAL, byteSize);
  }

  /**
   * The same symbol with another binding.
   *
   * @param changed the binding
   * @return a symbol that was not added to anything
   * @throws IllegalArgumentException if the symbol would be local and not defined
   */
  public Symbol withBinding(Binding changed) {
    return new Symbol(UNBOUND, name, definition, kind, changed, byteSize);
  }

  /**
   * The same symbol with another kind.
   *
   * @param changed the kind
   * @return a symbol that was not added to anything
   */
  public Symbol withKind(Kind changed) {
    return new Symbol(UNBOUND, name, definition, changed, binding, byteSize);
  }

  /**
   * The same symbol with another size.
   *
   * @param changed the size in bytes, not negative
   * @return a symbol that was not added to anything
   * @throws IllegalArgumentException if the size is negative
   */
  public Symbol withByteSize(long changed) {
    return new Symbol(UNBOUND, name, definition, kind, binding, changed);
  }

  Symbol bound(int at) {
    return new Symbol(at, name, definition, kind, binding, byteSize);
  }

  /**
   * Whether it has an address of its own.
   *
   * @return false if somebody else has to define it
   */
  public boolean isDefined() {
    return !(definition instanceof Undefined);
  }

  /** What messages call it: a symbol of a section has that section's name. */
  String shownName() {
    return name.isEmpty() && definition instanceof InSection place ? place.section().name() : name;
  }
}
