package io.jitmem.link;

import io.jitmem.code.Relocation;
import io.jitmem.virtmem.Architecture;

/** What the linker knows of a CPU. Stateless. */
abstract sealed class Encoder permits X86_64Encoder, AArch64Encoder, RiscVEncoder {
  static Encoder of(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> X86_64Encoder.INSTANCE;
      case AARCH64 -> AArch64Encoder.INSTANCE;
      case RISCV64 -> RiscVEncoder.INSTANCE;
    };
  }

  /** What a relocation may take of the address table. */
  enum Need {
    NOTHING,
    ENTRY,
    /** A stub to jump to, if the target turns out to be too far. */
    STUB
  }

  /** What a relocation takes of the address table if its symbol turns out to be far away. */
  abstract Need need(Relocation relocation);

  /** The addend of a call or jump to the symbol itself. */
  abstract long branchAddend();

  /** How far away code of the same image is reached without a stub, in bytes. */
  abstract long reach();

  /**
   * Encodes a relocation.
   *
   * @throws io.jitmem.code.RelocationException if the value does not fit
   */
  abstract void apply(Place place);

  /** The size of a stub, a multiple of 8. */
  abstract int stubByteSize();

  /**
   * Writes a stub, which jumps to an address that it holds and changes no register but the ABI's
   * scratch ones.
   */
  abstract void writeStub(byte[] bytes, int at, long target);

  /** Fills a gap between sections with what traps. */
  abstract void fill(byte[] bytes, int from, int to);
}
