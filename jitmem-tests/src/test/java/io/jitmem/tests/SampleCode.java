package io.jitmem.tests;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Small functions in the machine code of this CPU. */
final class SampleCode {
  /** {@code int f(int a, int b) { return a + b; }} */
  static final byte[] ADD =
      switch (cpu()) {
        case X86_64 -> bytes(0x8d, 0x04, 0x37, 0xc3); // lea eax, [rdi + rsi]; ret
        case AARCH64 -> words(0x0b010000, 0xd65f03c0); // add w0, w0, w1; ret
        case RISCV64 -> words(0x00b5053b, 0x00008067); // addw a0, a0, a1; ret
      };

  /** {@code int f(int (*g)(void)) { return g(); }}, with a frame, so that it is returned to. */
  static final byte[] CALL =
      switch (cpu()) {
        case X86_64 -> // sub rsp, 8; call rdi; add rsp, 8; ret
            bytes(0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3);
        case AARCH64 -> // stp x29, x30, [sp, -16]!; blr x0; ldp x29, x30, [sp], 16; ret
            words(0xa9bf7bfd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0);
        case RISCV64 -> // addi sp, -16; sd ra, 8(sp); jalr a0; ld ra, 8(sp); addi sp, 16; ret
            words(0xff010113, 0x00113423, 0x000500e7, 0x00813083, 0x01010113, 0x00008067);
      };

  /** The numbers of rdi, rsi, rdx and rcx. */
  private static final int[] X86_ARGUMENTS = {7, 6, 2, 1};

  private SampleCode() {}

  /** {@code int f(void) { return value; }} */
  static byte[] returning(int value) {
    return switch (cpu()) {
      case X86_64 -> // mov eax, value; ret
          ByteBuffer.allocate(6)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0xb8)
              .putInt(value)
              .put((byte) 0xc3)
              .array();
      case AARCH64 -> // movz w0, low; movk w0, high, lsl 16; ret
          words(0x52800000 | (value & 0xffff) << 5, 0x72a00000 | (value >>> 16) << 5, 0xd65f03c0);
      case RISCV64 -> { // lui a0, high; addiw a0, a0, low; ret
        int low = value << 20 >> 20;
        yield words((value - low) | 0x537, 0x0005051b | low << 20, 0x00008067);
      }
    };
  }

  /** {@code void f(...)} that passes all on to one of its arguments, with a frame pointer. */
  static byte[] framedCallOfArgument(int argument) {
    return switch (cpu()) {
      case X86_64 -> // push rbp; mov rbp, rsp; call argument; pop rbp; ret
          bytes(0x55, 0x48, 0x89, 0xe5, 0xff, 0xd0 | X86_ARGUMENTS[argument], 0x5d, 0xc3);
      case AARCH64 -> // stp x29, x30, [sp, -16]!; mov x29, sp; blr; ldp x29, x30, [sp], 16; ret
          words(0xa9bf7bfd, 0x910003fd, 0xd63f0000 | argument << 5, 0xa8c17bfd, 0xd65f03c0);
      case RISCV64 -> // addi sp, -16; sd ra, 8(sp); sd s0, 0(sp); addi s0, sp, 16; jalr; and back
          words(
              0xff010113,
              0x00113423,
              0x00813023,
              0x01010413,
              0x000000e7 | (10 + argument) << 15,
              0x00813083,
              0x00013403,
              0x01010113,
              0x00008067);
    };
  }

  /** The same function, followed by nothing in particular up to a size. */
  static byte[] padded(byte[] code, int byteSize) {
    byte[] padded = Arrays.copyOf(code, Math.max(code.length, byteSize));
    Arrays.fill(padded, code.length, padded.length, (byte) 0xcc);
    return padded;
  }

  private static Architecture cpu() {
    return Platform.current().architecture().orElseThrow();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] words(int... words) {
    ByteBuffer buffer = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(words);
    return buffer.array();
  }
}
