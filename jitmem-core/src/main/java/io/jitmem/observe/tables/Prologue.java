package io.jitmem.observe.tables;

import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The instructions that a function with a frame pointer begins with, each of which moves the frame
 * on. What is behind them is believed to keep the frame pointer up to the function's end.
 */
final class Prologue {
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Numbers of registers, as in DWARF for each CPU, and {@code DW_CFA} operations. */
  private static final int RBP = 6;

  private static final int FP = 29;
  private static final int LR = 30;
  private static final int RA = 1;
  private static final int S0 = 8;
  private static final int ADVANCE = 0x40;
  private static final int OFFSET = 0x80;
  private static final int DEF_CFA = 0x0c;
  private static final int DEF_CFA_REGISTER = 0x0d;
  private static final int DEF_CFA_OFFSET = 0x0e;

  private final MemorySegment code;
  private final ByteWriter frames = new ByteWriter();

  private Prologue(MemorySegment code) {
    this.code = code;
  }

  /** How the frame of a function changes, as call frame instructions; null if it sets up none. */
  static byte @Nullable [] frames(Architecture architecture, MemorySegment function) {
    Prologue prologue = new Prologue(function);
    boolean known =
        switch (architecture) {
          case X86_64 -> prologue.x86();
          case AARCH64 -> prologue.aarch64();
          case RISCV64 -> prologue.riscv();
        };
    return known ? prologue.frames.toArray() : null;
  }

  /** Where the push of an x86-64 function with a frame pointer is; -1 if it sets up none. */
  static int pushOffset(MemorySegment function) {
    return new Prologue(function).pushOffset();
  }

  private int pushOffset() {
    int push = word(0) == 0xfa1e0ff3 ? 4 : 0;
    // The move is encoded in either of two ways.
    return word(push) == 0xe5894855 || word(push) == 0xec8b4855 ? push : -1;
  }

  /** {@code [endbr64]; push rbp; mov rbp, rsp}. */
  private boolean x86() {
    int push = pushOffset();
    boolean found = push >= 0;
    if (found) {
      frames.u8(ADVANCE | (push + 1), DEF_CFA_OFFSET, 16, OFFSET | RBP, 2);
      frames.u8(ADVANCE | 3, DEF_CFA_REGISTER, RBP);
    }
    return found;
  }

  /** {@code [bti c]; stp x29, x30, [sp, #-n]!; mov x29, sp}. Code is advanced by words. */
  private boolean aarch64() {
    int store = word(0) == 0xd503245f ? 4 : 0;
    int byteSize = -((word(store) << 10) >> 25) * 8;
    boolean found =
        (word(store) & 0xffc07fff) == 0xa9807bfd && byteSize > 0 && word(store + 4) == 0x910003fd;
    if (found) {
      frames.u8(ADVANCE | (store / 4 + 1), DEF_CFA_OFFSET).uleb(byteSize);
      frames.u8(OFFSET | FP).uleb(byteSize / 8).u8(OFFSET | LR).uleb(byteSize / 8 - 1);
      frames.u8(ADVANCE | 1, DEF_CFA_REGISTER, FP);
    }
    return found;
  }

  /** {@code addi sp, sp, -n; sd ra, n-8(sp); sd s0, n-16(sp); addi s0, sp, n}. */
  private boolean riscv() {
    int byteSize = -(word(0) >> 20);
    boolean found =
        byteSize >= 16
            && byteSize < 2048
            && (word(0) & 0xfffff) == 0x10113
            && word(4) == store(RA, byteSize - 8)
            && word(8) == store(S0, byteSize - 16)
            && word(12) == ((byteSize << 20) | 0x10413);
    if (found) {
      frames.u8(ADVANCE | 4, DEF_CFA_OFFSET).uleb(byteSize);
      frames.u8(ADVANCE | 4, OFFSET | RA, 1, ADVANCE | 4, OFFSET | S0, 2);
      frames.u8(ADVANCE | 4, DEF_CFA, S0, 0);
    }
    return found;
  }

  /** {@code sd register, offset(sp)}. */
  private static int store(int register, int offset) {
    return ((offset >> 5) << 25) | (register << 20) | ((offset & 31) << 7) | 0x13023;
  }

  /** Four bytes of the code; behind its end no instruction that is looked for. */
  private int word(int at) {
    return at + 4L <= code.byteSize() ? code.get(WORD, at) : 0;
  }
}
