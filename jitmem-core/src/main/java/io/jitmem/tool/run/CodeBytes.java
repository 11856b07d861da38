package io.jitmem.tool.run;

import io.jitmem.tool.command.InputFile;

/** The files that {@code run} reads. */
final class CodeBytes {
  /** Far above what is run by hand, and far below what an array or a common heap holds. */
  static final int MAX_BYTES = 16 << 20;

  /** Raw machine code. */
  static final InputFile RAW =
      new InputFile(
          MAX_BYTES,
          "a file of 1.." + MAX_BYTES + " bytes of machine code, or - for standard input");

  private CodeBytes() {}
}
