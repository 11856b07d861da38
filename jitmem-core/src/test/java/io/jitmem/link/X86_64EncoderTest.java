package io.jitmem.link;

import static io.jitmem.link.Linked.CODE;
import static io.jitmem.link.Linked.relocate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationException;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.code.X86_64Relocation;
import io.jitmem.virtmem.Architecture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class X86_64EncoderTest {
  private static final long FAR = CODE + (1L << 40);

  @ParameterizedTest
  @CsvSource({
    "ABS64, 0x8123456789abcdef, 0, efcdab8967452381",
    "ABS64, 0x7fffffffffffffff, 1, 0000000000000080",
    "ABS32, 0x00000000, 0, 00000000",
    "ABS32, 0xffffffff, 0, ffffffff",
    "ABS32S, 0x7fffffff, 0, ffffff7f",
    "ABS32S, -0x80000000, 0, 00000080",
    "ABS16, 0xffff, 0, ffff",
    "ABS16, -0x8000, 0, 0080",
    "ABS8, 0xff, 0, ff",
    "ABS8, -0x80, 0, 80",
  })
  void absolute_values(X86_64Relocation kind, String value, long addend, String expected) {
    String before = "55".repeat(kind.byteSize());
    assertThat(relocate(before + "99", 0, kind, number(value), addend)).isEqualTo(expected + "99");
  }

  @ParameterizedTest
  @CsvSource({
    "PC64, 0x123456789abc, bc9a785634120000",
    "PC64, -0x123456789abc, 446587a9cbedffff",
    "PC32, 0x7fffffff, ffffff7f",
    "PC32, -0x80000000, 00000080",
    "PLT32, 0x7fffffff, ffffff7f",
    "PLT32, -0x80000000, 00000080",
    "PC16, 0x7fff, ff7f",
    "PC16, -0x8000, 0080",
    "PC8, 0x7f, 7f",
    "PC8, -0x80, 80",
  })
  void distances(X86_64Relocation kind, String distance, String expected) {
    String before = "00".repeat(3 + kind.byteSize());
    long symbol = CODE + 3 + 4 + number(distance);
    assertThat(relocate(before, 3, kind, symbol, -4)).isEqualTo("000000" + expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ABS32, 0x100000000, 0x0..0xffffffff",
    "ABS32, -0x1, 0x0..0xffffffff",
    "ABS32S, 0x80000000, -0x80000000..0x7fffffff",
    "ABS32S, -0x80000001, -0x80000000..0x7fffffff",
    "ABS16, 0x10000, -0x8000..0xffff",
    "ABS16, -0x8001, -0x8000..0xffff",
    "ABS8, 0x100, -0x80..0xff",
    "ABS8, -0x81, -0x80..0xff",
  })
  void absolute_values_that_do_not_fit(X86_64Relocation kind, String value, String range) {
    assertRefused(kind, number(value), 0, value + " is not in " + range);
  }

  @ParameterizedTest
  @CsvSource({
    "PC32, 0x80000000, -0x80000000..0x7fffffff",
    "PC32, -0x80000001, -0x80000000..0x7fffffff",
    "PC16, 0x8000, -0x8000..0x7fff",
    "PC16, -0x8001, -0x8000..0x7fff",
    "PC8, 0x80, -0x80..0x7f",
    "PC8, -0x81, -0x80..0x7f",
  })
  void distances_that_do_not_fit(X86_64Relocation kind, String distance, String range) {
    assertRefused(kind, CODE + 4 + number(distance), -4, distance + " is not in " + range);
  }

  private static void assertRefused(
      X86_64Relocation kind, long symbol, long addend, String reason) {
    String sum = addend == 0 ? "" : "" + addend;
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> relocate("00".repeat(8), 0, kind, symbol, addend))
        .withMessage(
            "code: .text+0x0: %s s%s: %s; the symbol is at %s, the place at 0x400000000000"
                .formatted(kind.elfName(), sum, reason, shown(symbol)))
        .satisfies(refusal -> assertThat(refusal.relocation().kind()).isEqualTo(kind));
  }

  @Test
  void a_call_in_reach_takes_nothing_of_the_table() {
    assertThat(relocate("e800000000c3", 1, X86_64Relocation.PLT32, CODE, -4))
        .isEqualTo("e8fbffffffc3");
    assertThat(relocate("e800000000c3", 1, X86_64Relocation.PC32, CODE, -4))
        .isEqualTo("e8fbffffffc3");
  }

  @ParameterizedTest
  @CsvSource({"PLT32, e8", "PC32, e8", "PC32, e9", "PC32, 0f84", "PC32, 0f8f"})
  void a_branch_out_of_reach_goes_through_a_stub(X86_64Relocation kind, String opcode) {
    // The stub is at the next multiple of 8: jmp *2(%rip); ud2; the address.
    String padding = "cc".repeat(8 - opcode.length() / 2 - 4);
    String distance = "0" + (8 - opcode.length() / 2 - 4) + "000000";
    assertThat(relocate(opcode + "00000000", opcode.length() / 2, kind, FAR, -4))
        .isEqualTo(opcode + distance + padding + "ff25020000000f0b" + "0000000000410000");
  }

  @Test
  void branches_to_one_target_share_a_stub() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);
    Section text = builder.section(Section.code(Linked.hex("e800000000e800000000")));
    Symbol symbol = builder.undefined("s");
    builder.relocate(new Relocation(text, 1, X86_64Relocation.PLT32, symbol, -4));
    builder.relocate(new Relocation(text, 6, X86_64Relocation.PLT32, symbol, -4));
    Image image = Linked.image(builder.build(), Linked.at(FAR));
    assertThat(image.byteSize(Region.CODE)).isEqualTo(32);
    assertThat(Linked.hex(Linked.code(image)))
        .startsWith("e80b000000" + "e806000000")
        .hasSize(2 * 32);
  }

  @Test
  void data_out_of_reach_is_refused_and_not_sent_through_a_stub() {
    // lea s(%rip), %rax
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> relocate("488d0500000000", 3, X86_64Relocation.PC32, FAR, -4))
        .withMessageContaining("R_X86_64_PC32 s-4")
        .withMessageContaining("the symbol is at 0x410000000000");
  }

  @ParameterizedTest
  @CsvSource({
    // mov s@GOTPCREL(%rip), %rax -> lea s(%rip), %rax
    "REX_GOTPCRELX, 488b0500000000, 3, 488d0500010000",
    // mov s@GOTPCREL(%rip), %eax -> lea s(%rip), %eax
    "GOTPCRELX, 8b0500000000, 2, 8d0500010000",
    // call *s@GOTPCREL(%rip) -> addr32 call s
    "GOTPCRELX, ff1500000000, 2, 67e800010000",
    // jmp *s@GOTPCREL(%rip) -> jmp s; nop
    "GOTPCRELX, ff2500000000, 2, e90101000090",
  })
  void instructions_do_without_the_table_where_they_can(
      X86_64Relocation kind, String before, int offset, String after) {
    long next = CODE + offset + 4;
    assertThat(relocate(before, offset, kind, next + 0x100, -4)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "GOTPCREL, 488b0500000000, 3",
    "REX_GOTPCRELX, 488b0500000000, 3",
    "GOTPCRELX, ff1500000000, 2",
    "GOTPCRELX, ff2500000000, 2",
  })
  void out_of_reach_they_load_from_the_table(X86_64Relocation kind, String before, int offset) {
    int end = before.length() / 2;
    String instruction = before.substring(0, 2 * offset) + "0" + (8 - end) + "000000";
    assertThat(relocate(before, offset, kind, FAR, -4))
        .isEqualTo(instruction + "cc".repeat(8 - end) + "0000000000410000");
  }

  @Test
  void instructions_that_cannot_be_changed_load_from_the_table() {
    // cmp s@GOTPCREL(%rip), %rax
    assertThat(relocate("483b0500000000", 3, X86_64Relocation.REX_GOTPCRELX, CODE, -4))
        .isEqualTo("483b0501000000" + "cc" + "0000000000400000");
    // With an immediate behind the displacement it is not the end of the instruction.
    assertThat(relocate("8b050000000000", 2, X86_64Relocation.GOTPCRELX, CODE, -5))
        .isEqualTo("8b050100000000" + "cc" + "0000000000400000");
  }

  @ParameterizedTest
  @CsvSource({
    "GOTPCREL64, 1000000000000000",
    "GOT64, 0000000000000000",
    "GOTPC64, 1000000000000000",
    "GOTOFF64, f000000000000000",
    "PLTOFF64, f000000000000000",
  })
  void the_table_can_be_computed_with(X86_64Relocation kind, String expected) {
    long symbol = CODE + 0x100;
    assertThat(relocate("00".repeat(16), 0, kind, symbol, 0)).startsWith(expected);
  }

  @Test
  void the_table_has_the_name_that_compilers_give_it() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);
    Section text = builder.section(Section.code(new byte[16]));
    Symbol table = builder.undefined("_GLOBAL_OFFSET_TABLE_");
    builder.relocate(new Relocation(text, 0, X86_64Relocation.GOTPC32, table, 0));
    builder.relocate(new Relocation(text, 8, X86_64Relocation.ABS64, table, 0));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("1000000000000000" + "1000000000400000");
  }

  @Test
  void sizes_of_symbols() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);
    Section text = builder.section(Section.code(new byte[12]));
    Symbol symbol = builder.symbol(Symbol.defined("f", text, 0).withByteSize(7));
    builder.relocate(new Relocation(text, 0, X86_64Relocation.SIZE32, symbol, 1));
    builder.relocate(new Relocation(text, 4, X86_64Relocation.SIZE64, symbol, -8));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("08000000" + "ffffffffffffffff");
  }

  @Test
  void gaps_between_sections_trap() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);
    builder.section(Section.code(new byte[] {1}));
    builder.section(Section.code(new byte[] {2}).withAlignment(4));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("01cccccc02");
  }

  @Test
  void every_kind_is_encoded() {
    for (X86_64Relocation kind : X86_64Relocation.values()) {
      if (kind != X86_64Relocation.NONE) {
        long value = List.of(kind.elfName().split("_")).contains("PC64") ? CODE : 3;
        boolean near = kind.byteSize() < 8 && !kind.name().startsWith("ABS");
        assertThat(relocate("5555555555555555", 0, kind, near ? CODE + 0x21 : value, 1))
            .as(kind.elfName())
            .doesNotStartWith("5555555555555555");
      }
    }
  }

  private static long number(String hexadecimal) {
    boolean negative = hexadecimal.startsWith("-");
    String digits = hexadecimal.substring(negative ? 3 : 2);
    long magnitude = Long.parseUnsignedLong(digits, 16);
    return negative ? -magnitude : magnitude;
  }

  private static String shown(long value) {
    return value < 0 ? "-0x" + Long.toHexString(-value) : "0x" + Long.toHexString(value);
  }
}
