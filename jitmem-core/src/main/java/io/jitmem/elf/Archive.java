package io.jitmem.elf;

import java.util.List;

/**
 * A static library, as {@code ar} makes it.
 *
 * @param members the files in it, in their order; several may have one name
 * @param index which member defines a symbol, as the library itself says
 * @param indexed whether the library says so at all
 */
public record Archive(List<Member> members, List<Definition> index, boolean indexed) {
  /** Copies the lists. */
  public Archive {
    members = List.copyOf(members);
    index = List.copyOf(index);
  }

  /**
   * A file in a library.
   *
   * @param offset where its header lies
   */
  public record Member(String name, long offset, FileBytes bytes) {}

  /**
   * An entry of the index.
   *
   * @param member its place in the list of members
   */
  public record Definition(String symbol, int member) {}

  /**
   * Reads a file.
   *
   * @throws FormatException if it is damaged, or no such library
   */
  public static Archive read(FileBytes file) {
    return new ArchiveReader(file).read();
  }
}
