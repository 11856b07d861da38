package io.jitmem.tool.command;

/** How a command ended, as the shell sees it. */
public enum ExitStatus {
  /** The command did what it was asked. */
  SUCCESS(0),
  /** The system refused, or offers no way. */
  REFUSED(1),
  /** The command was asked wrongly. */
  USAGE(2),
  /** A fault in jitmem; {@code EX_SOFTWARE} of {@code sysexits.h}. */
  FAULT(70),
  /** The output could not be written; {@code EX_IOERR} of {@code sysexits.h}. */
  OUTPUT_LOST(74);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  /** The number that the process ends with. */
  public int code() {
    return code;
  }
}
