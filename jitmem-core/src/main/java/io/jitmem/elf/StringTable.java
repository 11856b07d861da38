package io.jitmem.elf;

import java.util.HashMap;
import java.util.Map;

/**
 * Names that end with a certain byte. They may share their ends, so a damaged table could yield a
 * multiple of its size with each name; what all of them take together is bounded.
 */
final class StringTable {
  private static final int MAX_SHARING = 16;
  private static final int SMALL_TABLE = 4096;

  private final FileBytes file;
  private final long base;
  private final long byteSize;
  private final byte end;
  private final Map<Long, String> known = new HashMap<>();
  private long budget;

  /** A table that is a part of a file, whose offsets are given in errors. */
  StringTable(FileBytes file, long base, long byteSize, byte end) {
    file.slice(base, byteSize);
    this.file = file;
    this.base = base;
    this.byteSize = byteSize;
    this.end = end;
    budget = byteSize * MAX_SHARING + SMALL_TABLE;
  }

  /** The name at an offset of the table, which an entry's field holds. */
  String at(long offset, Entry entry, String fieldName, int field) {
    String name = known.get(offset);
    if (name == null) {
      name = read(offset, entry, fieldName, field);
      known.put(offset, name);
    }
    return name;
  }

  private String read(long offset, Entry entry, String fieldName, int field) {
    entry.require(fieldName, field, offset, 0, byteSize - 1);
    long from = base + offset;
    long limit = Math.min(base + byteSize, from + budget);
    long to = file.find(end, from, limit);
    if (to < 0) {
      throw entry.wrong(
          fieldName,
          field,
          offset,
          limit < base + byteSize
              ? "one of too many long names for a table of " + byteSize + " bytes"
              : "where a name starts that the table does not end");
    }
    budget -= to - from;
    return file.text(from, to - from);
  }
}
