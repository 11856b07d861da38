package io.jitmem.elf;

/**
 * A section of an object file.
 *
 * @param index its number; 0 is never one
 * @param type as {@code Elf.SHT_*}
 * @param flags as {@code Elf.SHF_*}
 * @param bytes what the file holds of it; none of {@link Elf#SHT_NOBITS}
 * @param byteSize its size, which may be above zero without any bytes in the file
 * @param link the number of another section, or 0
 * @param info a number whose meaning depends on the type
 * @param alignment a power of two, at least 1
 * @param headerOffset where its header lies in the file
 */
public record ElfSection(
    int index,
    String name,
    int type,
    long flags,
    FileBytes bytes,
    long byteSize,
    int link,
    int info,
    long alignment,
    long entrySize,
    long headerOffset) {
  /** Whether all of some flags are set. */
  public boolean has(long wanted) {
    return (flags & wanted) == wanted;
  }

  @Override
  public String toString() {
    return "section " + index + " (" + name + ")";
  }
}
