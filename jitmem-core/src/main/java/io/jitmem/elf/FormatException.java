package io.jitmem.elf;

import java.io.Serial;

/** A file is damaged, or of a kind that is not read. The message says where and what. */
public final class FormatException extends RuntimeException {
  /** The offset of what is wrong with a file as a whole. */
  public static final long NO_OFFSET = -1;

  @Serial private static final long serialVersionUID = 1L;

  private final boolean damaged;
  private final long fileOffset;

  private FormatException(String message, boolean damaged, long fileOffset) {
    super(message);
    this.damaged = damaged;
    this.fileOffset = fileOffset;
  }

  /** A file that contradicts itself or its format. */
  static FormatException damaged(long fileOffset, String what) {
    return new FormatException(
        "damaged at offset 0x" + Long.toHexString(fileOffset) + ": " + what, true, fileOffset);
  }

  /** A file of a kind that is not read. */
  static FormatException unsupported(String what) {
    return new FormatException(what, false, NO_OFFSET);
  }

  /** Whether the file breaks its own format's rules; else it is of a kind that is not read. */
  public boolean isDamaged() {
    return damaged;
  }

  /** Where in the file, in bytes, or {@link #NO_OFFSET}. */
  public long fileOffset() {
    return fileOffset;
  }
}
