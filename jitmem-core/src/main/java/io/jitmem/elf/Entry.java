package io.jitmem.elf;

/** One entry of a table in a file, for the errors that its fields can have. */
record Entry(FileBytes file, long base, String kind, int index) {
  int u8(int field) {
    return file.u8(base + field);
  }

  int u16(int field) {
    return file.u16(base + field);
  }

  long u32(int field) {
    return file.u32(base + field);
  }

  long s64(int field) {
    return file.s64(base + field);
  }

  /** The field's value if it is within a range, both ends included. */
  long require(String name, int field, long value, long least, long most) {
    if (value < least || value > most) {
      throw wrong(name, field, value, "not in the range " + least + ".." + most);
    }
    return value;
  }

  /** A part of the file that two fields describe. */
  FileBytes part(String name, int field, long offset, long size) {
    if (!file.holds(offset, size)) {
      throw wrong(
          name,
          field,
          offset,
          "not in the range 0.."
              + file.byteSize()
              + " with "
              + Long.toUnsignedString(size)
              + " bytes from there on");
    }
    return file.slice(offset, size);
  }

  FormatException wrong(String name, int field, long value, String why) {
    return FormatException.damaged(
        base + field,
        kind
            + (index < 0 ? "" : " " + index)
            + ": "
            + name
            + " "
            + Long.toUnsignedString(value)
            + " is "
            + why);
  }
}
