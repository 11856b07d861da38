package io.jitmem.observe.tables;

import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * How to leave an x86-64 function that begins by setting up a frame pointer, in the form that
 * function tables refer to: {@code UNWIND_INFO}, version 1. All such functions of one beginning
 * share one.
 */
public enum UnwindInfo {
  /** {@code push rbp; mov rbp, rsp}. */
  OF_PUSH(0),

  /** {@code endbr64; push rbp; mov rbp, rsp}. */
  OF_BRANCH_TARGET(4);

  /** Its size in bytes, a multiple of the alignment that it needs. */
  public static final int BYTE_SIZE = 8;

  private static final int RBP = 5; // the instructions' number, not DWARF's

  private static final int UWOP_PUSH_NONVOL = 0;
  private static final int UWOP_SET_FPREG = 3;

  private final int pushOffset;

  UnwindInfo(int pushOffset) {
    this.pushOffset = pushOffset;
  }

  /** What is said of a function; empty if it sets up no frame pointer, as far as is known. */
  public static Optional<UnwindInfo> of(Architecture architecture, MemorySegment function) {
    if (architecture != Architecture.X86_64) {
      return Optional.empty();
    }
    return switch (Prologue.pushOffset(function)) {
      case 0 -> Optional.of(OF_PUSH);
      case 4 -> Optional.of(OF_BRANCH_TARGET);
      default -> Optional.empty();
    };
  }

  /** The bytes. */
  public byte[] toArray() {
    int pushed = pushOffset + 1;
    int moved = pushed + 3;
    return new byte[] {
      1, // version 1 in the low three bits, and no flags
      (byte) moved, // the prologue's size
      2, // how many codes follow
      RBP, // the frame register in the low four bits; the frame's offset from it is 0
      // Codes, the last instruction's first: the offset behind it; operation, and what it is of.
      (byte) moved,
      UWOP_SET_FPREG,
      (byte) pushed,
      (byte) (RBP << 4 | UWOP_PUSH_NONVOL)
    };
  }
}
