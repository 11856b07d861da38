package io.jitmem.link;

import static io.jitmem.link.Linked.CODE;
import static io.jitmem.link.Linked.relocate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.code.AArch64Relocation;
import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationException;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.virtmem.Architecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is expected is what LLVM's assembler makes of the instruction with that operand. */
class AArch64EncoderTest {
  private static final long FAR = CODE + (1L << 40);

  @ParameterizedTest
  @CsvSource({
    "CALL26, 00000094, -134217728, 00000096",
    "CALL26, 00000094, 134217724, ffffff95",
    "CALL26, 00000094, 4, 01000094",
    "JUMP26, 00000014, -134217728, 00000016",
    "JUMP26, 00000014, 134217724, ffffff15",
    "CONDBR19, 01000054, -1048576, 01008054",
    "CONDBR19, 01000054, 1048572, e1ff7f54",
    "CONDBR19, 01000054, 8, 41000054",
    "CONDBR19, 030000b4, -1048576, 030080b4",
    "CONDBR19, 030000b4, 1048572, e3ff7fb4",
    "LD_PREL_LO19, 05000058, -1048576, 05008058",
    "LD_PREL_LO19, 05000058, 1048572, e5ff7f58",
    "TSTBR14, 07001836, -32768, 07001c36",
    "TSTBR14, 07001836, 32764, e7ff1b36",
    "ADR_PREL_LO21, 09000010, -1048576, 09008010",
    "ADR_PREL_LO21, 09000010, 1048575, e9ff7f70",
    "ADR_PREL_LO21, 09000010, 5, 29000030",
    "ADR_PREL_PG_HI21, 09000090, -4294967296, 09008090",
    "ADR_PREL_PG_HI21, 09000090, 4294963200, e9ff7ff0",
    "ADR_PREL_PG_HI21, 09000090, 20480, 290000b0",
    "ADR_PREL_PG_HI21, 09000090, 24575, 290000b0",
    "ADR_PREL_PG_HI21_NC, 09000090, 4294963200, e9ff7ff0",
    "MOVW_PREL_G0, 030080d2, -65536, e3ff9f92",
    "MOVW_PREL_G1, 0300a0d2, -4294967296, e3ffbf92",
    "MOVW_PREL_G2, 0300c0d2, -281474976710656, e3ffdf92",
    "MOVW_PREL_G3, 0300e0d2, -1, 0300e092",
    "MOVW_PREL_G0_NC, 030080f2, 305419896, 03cf8af2",
    "MOVW_PREL_G1_NC, 0300a0f2, 20015998343868, 03cfaaf2",
    "MOVW_PREL_G2_NC, 0300c0f2, 1311768467463790320, 03cfcaf2",
  })
  void distances(AArch64Relocation kind, String before, long distance, String after) {
    assertThat(relocate(before, 0, kind, CODE + distance - 8, 8)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, CODE + distance, 0)).isEqualTo(after);
    if (!kind.name().startsWith("MOVW")) {
      assertThat(relocate(after, 0, kind, CODE, 0)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ADD_ABS_LO12_NC, 41000091, 4095, 41fc3f91",
    "ADD_ABS_LO12_NC, 41000091, 291, 418c0491",
    "LDST8_ABS_LO12_NC, 41004039, 4095, 41fc7f39",
    "LDST16_ABS_LO12_NC, 41004079, 4094, 41fc5f79",
    "LDST32_ABS_LO12_NC, 410040b9, 4092, 41fc4fb9",
    "LDST64_ABS_LO12_NC, 410000f9, 4088, 41fc07f9",
    "LDST128_ABS_LO12_NC, 4100c03d, 4080, 41fcc33d",
  })
  void low_bits_of_addresses(AArch64Relocation kind, String before, long low, String after) {
    assertThat(relocate(before, 0, kind, 0x7fff_1234_5000L + low, 0)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, 0x7fff_1234_5000L, 0)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "MOVW_UABS_G0, 030080d2, 65535, e3ff9fd2",
    "MOVW_UABS_G1, 0300a0d2, 4294967295, e3ffbfd2",
    "MOVW_UABS_G2, 0300c0d2, 20015998343868, 8346c2d2",
    "MOVW_UABS_G3, 0300e0f2, 1311768467463790320, 8346e2f2",
    "MOVW_UABS_G0_NC, 030080f2, 305419896, 03cf8af2",
    "MOVW_UABS_G1_NC, 0300a0f2, 20015998343868, 03cfaaf2",
    "MOVW_UABS_G2_NC, 0300c0f2, 1311768467463790320, 03cfcaf2",
    "MOVW_SABS_G0, 030080d2, -65536, e3ff9f92",
    "MOVW_SABS_G0, 03008092, 65535, e3ff9fd2",
    "MOVW_SABS_G1, 0300a0d2, -4294967296, e3ffbf92",
    "MOVW_SABS_G2, 0300c0d2, -281474976710656, e3ffdf92",
    "ABS64, 0000000000000000, -2, feffffffffffffff",
    "ABS32, 00000000, 4294967295, ffffffff",
    "ABS32, 00000000, -2147483648, 00000080",
    "ABS16, 0000, 65535, ffff",
    "ABS16, 0000, -32768, 0080",
  })
  void absolute_values(AArch64Relocation kind, String before, long value, String after) {
    assertThat(relocate(before, 0, kind, value, 0)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, value, 0)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "PREL64, 0000000000000000, -2, feffffffffffffff",
    "PREL32, 00000000, 2147483647, ffffff7f",
    "PREL32, 00000000, -2147483648, 00000080",
    "PREL16, 0000, 32767, ff7f",
    "PREL16, 0000, -32768, 0080",
    "PLT32, 00000000, -2147483648, 00000080",
  })
  void distances_in_data(AArch64Relocation kind, String before, long distance, String after) {
    assertThat(relocate(before, 0, kind, CODE + distance, 0)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "CONDBR19, 1048576, 0x100000 is not in -0x100000..0xfffff",
    "CONDBR19, -1048580, -0x100004 is not in -0x100000..0xfffff",
    "CONDBR19, 6, 0x6 is not a multiple of 4",
    "LD_PREL_LO19, 1048576, 0x100000 is not in -0x100000..0xfffff",
    "LD_PREL_LO19, -1048580, -0x100004 is not in -0x100000..0xfffff",
    "TSTBR14, 32768, 0x8000 is not in -0x8000..0x7fff",
    "TSTBR14, -32772, -0x8004 is not in -0x8000..0x7fff",
    "ADR_PREL_LO21, 1048576, 0x100000 is not in -0x100000..0xfffff",
    "ADR_PREL_LO21, -1048577, -0x100001 is not in -0x100000..0xfffff",
    "ADR_PREL_PG_HI21, 4294967296, 0x100000000 is not in -0x100000000..0xffffffff",
    "ADR_PREL_PG_HI21, -4294967297, -0x100001000 is not in -0x100000000..0xffffffff",
    "PREL32, 2147483648, 0x80000000 is not in -0x80000000..0x7fffffff",
    "PREL32, -2147483649, -0x80000001 is not in -0x80000000..0x7fffffff",
    "PREL16, 32768, 0x8000 is not in -0x8000..0x7fff",
    "PREL16, -32769, -0x8001 is not in -0x8000..0x7fff",
    "MOVW_PREL_G0, 65536, 0x10000 is not in -0x10000..0xffff",
    "MOVW_PREL_G1, 4294967296, 0x100000000 is not in -0x100000000..0xffffffff",
    "MOVW_PREL_G2, 281474976710656, 0x1000000000000 is not in -0x1000000000000..0xffffffffffff",
    "CALL26, 6, 0x6 is not a multiple of 4",
  })
  void distances_that_do_not_fit(AArch64Relocation kind, long distance, String reason) {
    assertRefused(kind, CODE + distance, reason);
  }

  @ParameterizedTest
  @CsvSource({
    "ABS32, 4294967296, 0x100000000 is not in -0x80000000..0xffffffff",
    "ABS32, -2147483649, -0x80000001 is not in -0x80000000..0xffffffff",
    "ABS16, 65536, 0x10000 is not in -0x8000..0xffff",
    "ABS16, -32769, -0x8001 is not in -0x8000..0xffff",
    "MOVW_UABS_G0, 65536, 0x10000 is not in 0x0..0xffff",
    "MOVW_UABS_G0, -1, -0x1 is not in 0x0..0xffff",
    "MOVW_UABS_G1, 4294967296, 0x100000000 is not in 0x0..0xffffffff",
    "MOVW_UABS_G2, 281474976710656, 0x1000000000000 is not in 0x0..0xffffffffffff",
    "MOVW_SABS_G0, 65536, 0x10000 is not in -0x10000..0xffff",
    "MOVW_SABS_G0, -65537, -0x10001 is not in -0x10000..0xffff",
    "MOVW_SABS_G1, 4294967296, 0x100000000 is not in -0x100000000..0xffffffff",
    "MOVW_SABS_G2, -281474976710657, -0x1000000000001 is not in -0x1000000000000..0xffffffffffff",
    "LDST16_ABS_LO12_NC, 1, 0x1 is not a multiple of 2",
    "LDST32_ABS_LO12_NC, 2, 0x2 is not a multiple of 4",
    "LDST64_ABS_LO12_NC, 4, 0x4 is not a multiple of 8",
    "LDST128_ABS_LO12_NC, 8, 0x8 is not a multiple of 16",
  })
  void values_that_do_not_fit(AArch64Relocation kind, long value, String reason) {
    assertRefused(kind, value, reason);
  }

  private static void assertRefused(AArch64Relocation kind, long symbol, String reason) {
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> relocate("0000000000000000", 0, kind, symbol, 0))
        .withMessageStartingWith("code: .text+0x0: " + kind.elfName() + " s: " + reason + ";");
  }

  @ParameterizedTest
  @CsvSource({
    "CALL26, 00000094, 02000094, 134217728",
    "CALL26, 00000094, 02000094, -134217732",
    "JUMP26, 00000014, 02000014, 1099511627776",
  })
  void a_branch_out_of_reach_goes_through_a_veneer(
      AArch64Relocation kind, String before, String after, long distance) {
    // ldr x16, .+8; br x16; the address; behind a brk that fills up to a multiple of 8.
    String address = Linked.hex(little(CODE + distance));
    assertThat(relocate(before, 0, kind, CODE + distance, 0))
        .isEqualTo(after + "000020d4" + "5000005800021fd6" + address);
  }

  @Test
  void a_distance_to_a_function_out_of_reach_is_one_to_its_veneer() {
    assertThat(relocate("0000000000000000", 0, AArch64Relocation.PLT32, FAR, 0))
        .isEqualTo("0800000000000000" + "5000005800021fd6" + Linked.hex(little(FAR)));
  }

  @Test
  void pages_and_low_bits_of_the_table() {
    // adrp x0, :got:s; ldr x0, [x0, :got_lo12:s]
    MachineCodeBuilder builder = MachineCode.builder(Architecture.AARCH64);
    Section text = builder.section(Section.code(Linked.hex("00000090000040f9")));
    Symbol symbol = builder.undefined("s");
    builder.relocate(new Relocation(text, 0, AArch64Relocation.ADR_GOT_PAGE, symbol, 0));
    builder.relocate(new Relocation(text, 4, AArch64Relocation.LD64_GOT_LO12_NC, symbol, 0));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.at(FAR)))))
        .isEqualTo("00000090000440f9" + Linked.hex(little(FAR)));
  }

  @Test
  void other_ways_to_load_from_the_table() {
    assertThat(relocate("0500005800000000", 0, AArch64Relocation.GOT_LD_PREL19, FAR, 0))
        .isEqualTo("4500005800000000" + Linked.hex(little(FAR)));
    assertThat(relocate("000040f900000000", 0, AArch64Relocation.LD64_GOTPAGE_LO15, FAR, 0))
        .isEqualTo("000440f900000000" + Linked.hex(little(FAR)));
  }

  @ParameterizedTest
  @CsvSource({
    "CALL26, 00000094, 01000094",
    "JUMP26, 00000014, 01000014",
    "ADR_PREL_LO21, 09000010, 09000010",
    "ADR_PREL_PG_HI21, 09000090, 09000090",
    "ADD_ABS_LO12_NC, 41fc3f91, 41000091",
    "PREL32, 55555555, 00000000",
    "ABS32, 55555555, 00000000",
  })
  void a_weak_symbol_that_nobody_defines_is_0_or_here_or_what_is_next(
      AArch64Relocation kind, String before, String after) {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.AARCH64);
    Section text = builder.section(Section.code(Linked.hex(before)));
    Symbol weak = builder.symbol(Symbol.undefined("w").withBinding(Symbol.Binding.WEAK));
    builder.relocate(new Relocation(text, 0, kind, weak, 0));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo(after);
  }

  @Test
  void gaps_between_sections_trap() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.AARCH64);
    builder.section(Section.code(new byte[] {1, 2}));
    builder.section(Section.code(new byte[] {3, 4, 5, 6}).withAlignment(8));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("0102" + "20d4" + "000020d4" + "03040506");
  }

  private static byte[] little(long value) {
    byte[] bytes = new byte[8];
    Bytes.put64(bytes, 0, value);
    return bytes;
  }
}
