package io.jitmem.elf;

/**
 * A symbol of an object file.
 *
 * @param binding as {@code Elf.STB_*}
 * @param type as {@code Elf.STT_*}
 * @param visibility 0 default, 1 internal, 2 hidden, 3 protected
 * @param section the number of the section that holds it, or 0 if none does
 * @param value an offset in its section; of a common symbol its alignment
 */
public record ElfSymbol(
    int index,
    String name,
    int binding,
    int type,
    int visibility,
    Place place,
    int section,
    long value,
    long byteSize) {
  /** Where a symbol lies. */
  public enum Place {
    /** In another file. */
    UNDEFINED,
    /** In a section of this one. */
    SECTION,
    /** Its value is its address. */
    ABSOLUTE,
    /** Nowhere yet: the linker makes room, once for all files that ask for it. */
    COMMON,
    /** At a place that a processor or a system has a meaning for. */
    OTHER
  }

  /** Whether only its own file knows it. */
  public boolean isLocal() {
    return binding == Elf.STB_LOCAL;
  }

  /** Whether other files may refer to it. */
  public boolean isDefined() {
    return place != Place.UNDEFINED;
  }

  @Override
  public String toString() {
    return "symbol " + index + " (" + name + ")";
  }
}
