package io.jitmem.tests;

import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationKind;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.code.X86_64Relocation;
import io.jitmem.virtmem.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** x86-64 code with relocations. */
final class LinkedSamples {
  private LinkedSamples() {}

  static MachineCodeBuilder builder(String name) {
    return MachineCode.builder(Architecture.X86_64).name(name);
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  /** Fills code up to a size with what is not executed. */
  static byte[] padded(byte[] code, int byteSize) {
    byte[] padded = Arrays.copyOf(code, byteSize);
    Arrays.fill(padded, code.length, byteSize, (byte) 0xcc);
    return padded;
  }

  /** {@code long f(const char *s) { return name(s); }}, in 60 bytes. */
  static MachineCode calling(String name) {
    return calling(name, "e8 00000000", 5, X86_64Relocation.PLT32);
  }

  /** The same, through the address table if it is not in reach. */
  static MachineCode callingIndirectly(String name) {
    return calling(name, "ff15 00000000", 6, X86_64Relocation.GOTPCRELX);
  }

  private static MachineCode calling(String name, String call, int offset, RelocationKind kind) {
    MachineCodeBuilder builder = builder("calling " + name);
    byte[] code = hex("4883ec08" + call + "4883c408 c3"); // sub rsp, 8; call; add rsp, 8; ret
    Section text = builder.section(Section.code(padded(code, 60)));
    Symbol callee = builder.undefined(name);
    return builder.relocate(new Relocation(text, offset, kind, callee, -4)).build();
  }

  /**
   * {@code int count(void) { calls++; return counter += step; }}, with {@code counter} 40, the
   * constant {@code step} 2, and {@code calls} not initialised.
   */
  static MachineCode counting() {
    MachineCodeBuilder builder = builder("counting");
    // mov eax, [counter]; add eax, [step]; mov [counter], eax; inc dword [calls]; ret
    Section text =
        builder.section(
            Section.code(hex("8b05 00000000 0305 00000000 8905 00000000 ff05 00000000 c3")));
    Section data = builder.section(Section.of(Section.Kind.DATA, hex("28000000")));
    Section constants = builder.section(Section.of(Section.Kind.READ_ONLY, hex("02000000")));
    Section zeros = builder.section(Section.zero(4));
    builder.define("count", text, 0);
    Symbol counter = builder.define("counter", data, 0);
    Symbol step = builder.define("step", constants, 0);
    Symbol calls = builder.define("calls", zeros, 0);
    builder.relocate(new Relocation(text, 2, X86_64Relocation.PC32, counter, -4));
    builder.relocate(new Relocation(text, 8, X86_64Relocation.PC32, step, -4));
    builder.relocate(new Relocation(text, 14, X86_64Relocation.PC32, counter, -4));
    builder.relocate(new Relocation(text, 20, X86_64Relocation.PC32, calls, -4));
    return builder.build();
  }

  /**
   * {@code int sum(void) { return constant() + variable; }}, with {@code constant} a function that
   * reads one, and the two together the number.
   */
  static MachineCode summing(int number) {
    MachineCodeBuilder builder = builder("summing " + number);
    // sub rsp, 8; call constant; add eax, [variable]; add rsp, 8; ret
    Section sum =
        builder.section(Section.code(hex("4883ec08 e8 00000000 0305 00000000 4883c408 c3")));
    Section reading = builder.section(Section.code(hex("8b05 00000000 c3"))); // mov eax, [half]
    Section constants =
        builder.section(Section.of(Section.Kind.READ_ONLY, littleEndian(number / 2)));
    Section data =
        builder.section(Section.of(Section.Kind.DATA, littleEndian(number - number / 2)));
    builder.define("sum", sum, 0);
    Symbol constant = builder.define("constant", reading, 0);
    Symbol half = builder.define("half", constants, 0);
    Symbol variable = builder.define("variable", data, 0);
    builder.relocate(new Relocation(sum, 5, X86_64Relocation.PLT32, constant, -4));
    builder.relocate(new Relocation(sum, 11, X86_64Relocation.PC32, variable, -4));
    builder.relocate(new Relocation(reading, 2, X86_64Relocation.PC32, half, -4));
    return builder.build();
  }

  private static byte[] littleEndian(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }

  /** {@code int name(int n) { return n == 0 ? result : other(n - 1); }} */
  static MachineCode alternating(String name, String other, int result) {
    MachineCodeBuilder builder = builder(name);
    // test edi, edi; je 1f; dec edi; jmp other; 1: mov eax, result; ret
    byte[] code = hex("85ff 7407 ffcf e9 00000000 b8 0%d000000 c3".formatted(result));
    Section text = builder.section(Section.code(code));
    builder.define(name, text, 0);
    Symbol callee = builder.undefined(other);
    return builder.relocate(new Relocation(text, 7, X86_64Relocation.PLT32, callee, -4)).build();
  }

  /** {@code int loaded;}, which is 3 more after each of two initialisers. */
  static MachineCode initialised() {
    MachineCodeBuilder builder = builder("initialised");
    // add dword [loaded], 3; ret
    Section text = builder.section(Section.code(hex("8305 00000000 03 c3")));
    Section zeros = builder.section(Section.zero(4));
    Section table = builder.section(Section.of(Section.Kind.INITIALIZERS, new byte[16]));
    Symbol init = builder.symbol(Symbol.defined("init", text, 0).withBinding(Symbol.Binding.LOCAL));
    Symbol loaded = builder.define("loaded", zeros, 0);
    builder.relocate(new Relocation(text, 2, X86_64Relocation.PC32, loaded, -5));
    builder.relocate(new Relocation(table, 0, X86_64Relocation.ABS64, init, 0));
    builder.relocate(new Relocation(table, 8, X86_64Relocation.ABS64, init, 0));
    return builder.build();
  }

  /** A pointer to code in constants, one to constants in data, and room; placed anywhere. */
  static MachineCode pointers(String name, String other) {
    MachineCodeBuilder builder = builder(name);
    Section text = builder.section(Section.code(padded(hex("c3"), 300)));
    Section constants = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[3000]));
    Section data = builder.section(Section.of(Section.Kind.DATA, new byte[8]));
    builder.section(Section.zero(5000));
    builder.define(name, text, 0);
    Symbol callee = builder.undefined(other);
    Symbol constant = builder.define(name + "_constant", constants, 0);
    builder.relocate(new Relocation(constants, 0, X86_64Relocation.ABS64, callee, 0));
    builder.relocate(new Relocation(data, 0, X86_64Relocation.ABS64, constant, 0));
    return builder.build();
  }
}
