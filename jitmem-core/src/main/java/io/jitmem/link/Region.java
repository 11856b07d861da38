package io.jitmem.link;

import io.jitmem.code.Section;

/** Memory of one protection, which the sections of an {@link Image} share. */
public enum Region {
  /** Instructions, and the address table behind them. */
  CODE,
  /** What is not written once it was relocated. */
  READ_ONLY,
  /** Variables: first those that have a value, then those that are zero. */
  WRITABLE;

  static Region of(Section.Kind kind) {
    return switch (kind) {
      case CODE -> CODE;
      case READ_ONLY, INITIALIZERS, UNWIND -> READ_ONLY;
      case DATA, ZERO -> WRITABLE;
    };
  }
}
