package io.jitmem.observe.tables;

import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.Architecture;

/**
 * Makes an {@code .eh_frame} for code without one, of those functions that begin by setting up a
 * frame pointer: a CIE, an FDE for each, with absolute addresses, and the zero that ends it.
 */
final class FrameMaker {
  private static final int DW_CFA_DEF_CFA = 0x0c;
  private static final int DW_CFA_OFFSET = 0x80;
  private static final int MINUS_8 = 0x78; // as a signed number in seven bits

  private final ByteWriter section = new ByteWriter();
  private boolean any;

  /** The section; empty if no function has a frame that is known. */
  static byte[] make(PublishedCode code) {
    FrameMaker maker = new FrameMaker();
    maker.common(code.architecture());
    for (FunctionRange function : FunctionRange.of(code)) {
      maker.function(code, function);
    }
    return maker.any ? maker.section.u32(0).toArray() : new byte[0];
  }

  /** What holds where a function is entered: version 1, augmentation, alignments, registers. */
  private void common(Architecture architecture) {
    section.u32(0).u32(0).u8(1).text("zR");
    switch (architecture) {
      case X86_64 -> // the return address is at the top of the stack
          entry(1, 16).u8(DW_CFA_DEF_CFA, 7, 8, DW_CFA_OFFSET | 16, 1);
      case AARCH64 -> entry(4, 30).u8(DW_CFA_DEF_CFA, 31, 0);
      case RISCV64 -> entry(1, 1).u8(DW_CFA_DEF_CFA, 2, 0);
    }
    end(0);
  }

  /** The encoding of addresses is 0, absolute. */
  private ByteWriter entry(int codeAlignment, int returnAddress) {
    return section.u8(codeAlignment, MINUS_8, returnAddress, 1, 0);
  }

  private void function(PublishedCode code, FunctionRange function) {
    byte[] instructions =
        Prologue.frames(
            code.architecture(), code.bytes().asSlice(function.offset(), function.byteSize()));
    if (instructions == null) {
      return;
    }
    any = true;
    int start = section.byteSize();
    section.u32(0).u32(start + 4);
    section.u64(code.range().address() + function.offset()).u64(function.byteSize());
    section.u8(0).raw(instructions);
    end(start);
  }

  /** Ends a record: zeros are instructions that do nothing. */
  private void end(int start) {
    section.align(8);
    section.replace32(start, section.byteSize() - start - 4);
  }
}
