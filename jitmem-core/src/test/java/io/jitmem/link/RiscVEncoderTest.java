package io.jitmem.link;

import static io.jitmem.link.Linked.CODE;
import static io.jitmem.link.Linked.relocate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationException;
import io.jitmem.code.RiscVRelocation;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.virtmem.Architecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is expected is what LLVM's assembler makes of the instruction with that operand. */
class RiscVEncoderTest {
  private static final long FAR = CODE + (1L << 40);

  @ParameterizedTest
  @CsvSource({
    "BRANCH, 6310b500, -4096, 6310b580",
    "BRANCH, 6310b500, 4094, e31fb57e",
    "BRANCH, 6310b500, 8, 6314b500",
    "JAL, ef000000, -1048576, ef000080",
    "JAL, ef000000, 1048574, eff0ff7f",
    "JAL, ef000000, 16, ef000001",
    "RVC_BRANCH, 01e1, -256, 01f1",
    "RVC_BRANCH, 01e1, 254, 7ded",
    "RVC_BRANCH, 01e1, 8, 01e5",
    "RVC_JUMP, 01a0, -2048, 01b0",
    "RVC_JUMP, 01a0, 2046, fdaf",
    "RVC_JUMP, 01a0, 16, 01a8",
    "CALL, 97000000e7800000, -2147485696, 97000080e7800080",
    "CALL, 97000000e7800000, 2147481599, 97f0ff7fe780f07f",
    "CALL_PLT, 97000000e7800000, 305419896, 97503412e7808067",
    "CALL_PLT, 97000000e7800000, -1, 97000000e780f0ff",
    "CALL_PLT, 97000000e7800000, 2047, 97000000e780f07f",
    "CALL_PLT, 97000000e7800000, 2048, 97100000e7800080",
    "PCREL_HI20, 17050000, -2147485696, 17050080",
    "PCREL_HI20, 17050000, 2147481599, 17f5ff7f",
  })
  void distances(RiscVRelocation kind, String before, long distance, String after) {
    assertThat(relocate(before, 0, kind, CODE + distance - 8, 8)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, CODE + distance, 0)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, CODE, 0)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "HI20, 37050000, -2147485696, 37050080",
    "LO12_I, 93050500, -2147485696, 93050580",
    "LO12_S, 2330c500, -2147485696, 2330c580",
    "HI20, 37050000, 2147481599, 37f5ff7f",
    "LO12_I, 93050500, 2147481599, 9305f57f",
    "LO12_S, 2330c500, 2147481599, a33fc57e",
    "HI20, 37050000, 305419896, 37553412",
    "LO12_I, 93050500, 305419896, 93058567",
    "LO12_S, 2330c500, 305419896, 233cc566",
    "HI20, 37050000, -1, 37050000",
    "LO12_I, 93050500, -1, 9305f5ff",
    "LO12_S, 2330c500, -1, a33fc5fe",
    "HI20, 37050000, 2048, 37150000",
    "LO12_I, 93050500, 2048, 93050580",
    "LO12_S, 2330c500, 2048, 2330c580",
  })
  void parts_of_absolute_values(RiscVRelocation kind, String before, long value, String after) {
    assertThat(relocate(before, 0, kind, value, 0)).isEqualTo(after);
    assertThat(relocate(after, 0, kind, 0, 0)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "ABS64, 5555555555555555, -2, feffffffffffffff",
    "ABS32, 55555555, 4294967295, ffffffff",
    "ABS32, 55555555, -2147483648, 00000080",
    "ADD8, f0, 17, 01",
    "ADD16, 00f0, 8193, 0110",
    "ADD32, 01000000, 4294967297, 02000000",
    "ADD64, ffffffffffffffff, 1, 0000000000000000",
    "SUB8, 01, 2, ff",
    "SUB16, 0100, 2, ffff",
    "SUB32, 01000000, 2, ffffffff",
    "SUB64, 0100000000000000, 2, ffffffffffffffff",
    "SUB6, c1, 2, ff",
    "SET6, ff, 64, c0",
    "SET8, 55, 258, 02",
    "SET16, 5555, 65538, 0200",
    "SET32, 55555555, 4294967298, 02000000",
  })
  void numbers(RiscVRelocation kind, String before, long value, String after) {
    assertThat(relocate(before, 0, kind, value, 0)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "PCREL32, 2147483647, ffffff7f",
    "PCREL32, -2147483648, 00000080",
    "PLT32, 2147481599, fff7ff7f",
  })
  void distances_in_data(RiscVRelocation kind, long distance, String after) {
    assertThat(relocate("00000000", 0, kind, CODE + distance, 0)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "BRANCH, 4096, 0x1000 is not in -0x1000..0xfff",
    "BRANCH, -4098, -0x1002 is not in -0x1000..0xfff",
    "BRANCH, 3, 0x3 is not a multiple of 2",
    "JAL, 1048576, 0x100000 is not in -0x100000..0xfffff",
    "JAL, -1048578, -0x100002 is not in -0x100000..0xfffff",
    "RVC_BRANCH, 256, 0x100 is not in -0x100..0xff",
    "RVC_BRANCH, -258, -0x102 is not in -0x100..0xff",
    "RVC_JUMP, 2048, 0x800 is not in -0x800..0x7ff",
    "RVC_JUMP, -2050, -0x802 is not in -0x800..0x7ff",
    "PCREL_HI20, 2147481600, 0x7ffff800 is not in -0x80000800..0x7ffff7ff",
    "PCREL_HI20, -2147485697, -0x80000801 is not in -0x80000800..0x7ffff7ff",
    "PCREL32, 2147483648, 0x80000000 is not in -0x80000000..0x7fffffff",
    "PCREL32, -2147483649, -0x80000001 is not in -0x80000000..0x7fffffff",
  })
  void distances_that_do_not_fit(RiscVRelocation kind, long distance, String reason) {
    assertRefused(kind, CODE + distance, reason);
  }

  @ParameterizedTest
  @CsvSource({
    "HI20, 2147481600, 0x7ffff800 is not in -0x80000800..0x7ffff7ff",
    "HI20, -2147485697, -0x80000801 is not in -0x80000800..0x7ffff7ff",
    "ABS32, 4294967296, 0x100000000 is not in -0x80000000..0xffffffff",
    "ABS32, -2147483649, -0x80000001 is not in -0x80000000..0xffffffff",
    "SET_ULEB128, 5, no R_RISCV_SUB_ULEB128 follows",
    "SUB_ULEB128, 5, no R_RISCV_SET_ULEB128 goes before",
    "PCREL_LO12_I, 5, there is no upper part at the symbol",
    "PCREL_LO12_S, 5, there is no upper part at the symbol",
  })
  void values_that_do_not_fit(RiscVRelocation kind, long value, String reason) {
    assertRefused(kind, value, reason);
  }

  private static void assertRefused(RiscVRelocation kind, long symbol, String reason) {
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> relocate("0000000000000000", 0, kind, symbol, 0))
        .withMessageStartingWith("code: .text+0x0: " + kind.elfName() + " s: " + reason + ";");
  }

  @ParameterizedTest
  @CsvSource({"2147481600", "-2147485697", "1099511627776"})
  void a_call_out_of_reach_goes_through_a_stub(long distance) {
    // auipc t3, 0; ld t3, 16(t3); jr t3; c.ebreak twice; the address.
    assertThat(relocate("97000000e7800000", 0, RiscVRelocation.CALL_PLT, CODE + distance, 0))
        .isEqualTo(
            "97000000e7808000"
                + "170e0000033e0e0167000e0002900290"
                + Linked.hex(little(CODE + distance)));
  }

  @ParameterizedTest
  @CsvSource({"PCREL_HI20, 4660, 9305c522, a33bc522", "GOT_HI20, 16, 93050501, 2338c500"})
  void lower_parts_belong_to_the_upper_part_at_their_label(
      RiscVRelocation upper, long low, String load, String store) {
    // Lower parts may come before, and the label need not be where the section starts.
    MachineCodeBuilder builder = MachineCode.builder(Architecture.RISCV64);
    Section text = builder.section(Section.code(Linked.hex("93050500" + "17050000" + "2330c500")));
    Symbol symbol = builder.undefined("s");
    Symbol label = builder.symbol(Symbol.defined(".L0", text, 4).withBinding(Symbol.Binding.LOCAL));
    builder.relocate(new Relocation(text, 4, RiscVRelocation.RELAX, symbol, 0));
    builder.relocate(new Relocation(text, 4, upper, symbol, 0));
    builder.relocate(new Relocation(text, 0, RiscVRelocation.PCREL_LO12_I, label, 0));
    builder.relocate(new Relocation(text, 8, RiscVRelocation.PCREL_LO12_S, label, 0));
    long distance = upper == RiscVRelocation.GOT_HI20 ? FAR : 4 + 0x5000 + (low & 0xfff);
    Image image =
        Linked.image(
            builder.build(),
            Linked.at(upper == RiscVRelocation.GOT_HI20 ? distance : CODE + distance));
    String code = Linked.hex(Linked.code(image));
    if (upper == RiscVRelocation.GOT_HI20) {
      // The table is 16 bytes from the section's start, 12 from the label.
      assertThat(code)
          .isEqualTo("9305c500" + "17050000" + "2336c500" + "02900290" + Linked.hex(little(FAR)));
    } else {
      assertThat(code).isEqualTo("93054523" + "17550000" + "233ac522");
    }
  }

  @Test
  void a_lower_part_has_no_addend_of_its_own() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.RISCV64);
    Section text = builder.section(Section.code(Linked.hex("1705000093050500")));
    Symbol label = builder.define("label", text, 0);
    builder.relocate(new Relocation(text, 0, RiscVRelocation.PCREL_HI20, label, 0));
    builder.relocate(new Relocation(text, 4, RiscVRelocation.PCREL_LO12_I, label, 4));
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> Linked.image(builder.build(), Linked.nothing()))
        .withMessageContaining("addend");
  }

  @Test
  void a_weak_symbol_that_nobody_defines_is_loaded_as_0() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.RISCV64);
    Section text = builder.section(Section.code(Linked.hex("1705000093050500")));
    Symbol weak = builder.symbol(Symbol.undefined("w").withBinding(Symbol.Binding.WEAK));
    Symbol label = builder.define("label", text, 0);
    builder.relocate(new Relocation(text, 0, RiscVRelocation.PCREL_HI20, weak, 0));
    builder.relocate(new Relocation(text, 4, RiscVRelocation.PCREL_LO12_I, label, 0));
    // lui a0, 0; addi a1, a0, 0
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("3705000093050500");
  }

  @ParameterizedTest
  @CsvSource({
    "00, 127, 7f",
    "8000, 127, ff00",
    "8000, 16383, ff7f",
    "808000, 5, 858000",
    "00, 0, 00",
  })
  void differences_of_variable_length_keep_their_length(
      String before, int difference, String after) {
    assertThat(uleb(before, difference)).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({"00, 128", "8000, 16384", "00, -1"})
  void differences_that_do_not_fit_their_length_are_refused(String before, int difference) {
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> uleb(before, difference))
        .withMessageContaining("R_RISCV_SET_ULEB128 end")
        .withMessageContaining("is not in 0x0..");
  }

  private static String uleb(String before, int difference) {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.RISCV64);
    Section text = builder.section(Section.code(Linked.hex(before)));
    Symbol end = builder.symbol(Symbol.absolute("end", FAR + difference));
    Symbol start = builder.symbol(Symbol.absolute("start", FAR));
    builder.relocate(new Relocation(text, 0, RiscVRelocation.SET_ULEB128, end, 0));
    builder.relocate(new Relocation(text, 0, RiscVRelocation.SUB_ULEB128, start, 0));
    return Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing())));
  }

  @Test
  void a_difference_of_labels_is_added_and_taken_away() {
    MachineCodeBuilder builder = MachineCode.builder(Architecture.RISCV64);
    Section text = builder.section(Section.code(new byte[8]));
    Symbol end = builder.define("end", text, 8);
    Symbol start = builder.define("start", text, 2);
    builder.relocate(new Relocation(text, 0, RiscVRelocation.ADD32, end, 0));
    builder.relocate(new Relocation(text, 0, RiscVRelocation.SUB32, start, 0));
    assertThat(Linked.hex(Linked.code(Linked.image(builder.build(), Linked.nothing()))))
        .isEqualTo("0600000000000000");
  }

  @Test
  void padding_and_what_could_be_shorter_stay_as_they_are() {
    assertThat(relocate("0100", 0, RiscVRelocation.ALIGN, CODE, 2)).isEqualTo("0100");
    assertThat(relocate("0100", 0, RiscVRelocation.RELAX, CODE, 0)).isEqualTo("0100");
  }

  @Test
  void the_distance_to_an_entry_of_the_table() {
    assertThat(relocate("0000000000000000", 0, RiscVRelocation.GOT32_PCREL, FAR, 0))
        .isEqualTo("0800000000000000" + Linked.hex(little(FAR)));
  }

  private static byte[] little(long value) {
    byte[] bytes = new byte[8];
    Bytes.put64(bytes, 0, value);
    return bytes;
  }
}
