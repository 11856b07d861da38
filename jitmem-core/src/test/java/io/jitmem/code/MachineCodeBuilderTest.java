package io.jitmem.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.virtmem.Architecture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MachineCodeBuilderTest {
  /** call puts; ret. */
  private static final byte[] CALL = {(byte) 0xe8, 0, 0, 0, 0, (byte) 0xc3};

  private final MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);

  @Test
  void keeps_what_was_added_in_its_order() {
    Section text = builder.section(Section.code(CALL));
    Section data = builder.section(Section.of(Section.Kind.DATA, new byte[8]).withName("table"));
    Symbol puts = builder.undefined("puts");
    Symbol main = builder.define("main", text, 0);
    Relocation late = new Relocation(data, 0, X86_64Relocation.ABS64, main, 0);
    Relocation early = new Relocation(text, 1, X86_64Relocation.PLT32, puts, -4);
    MachineCode code = builder.name("hello").relocate(late).relocate(early).entry(main).build();
    assertThat(code.name()).isEqualTo("hello");
    assertThat(code.architecture()).contains(Architecture.X86_64);
    assertThat(code.sections()).containsExactly(text, data);
    assertThat(code.symbols()).containsExactly(puts, main);
    assertThat(code.relocations()).containsExactly(early, late);
    assertThat(code.entry()).contains(main);
    assertThat(code.byteSize()).isEqualTo(14);
    assertThat(code.plainBytes()).isEmpty();
  }

  @Test
  void what_was_built_stays_as_it_is() {
    builder.section(Section.code(CALL));
    MachineCode code = builder.build();
    builder.section(Section.zero(8));
    builder.undefined("puts");
    assertThat(code.sections()).hasSize(1);
    assertThat(code.symbols()).isEmpty();
  }

  @Test
  void relocations_at_one_place_keep_their_order() {
    MachineCodeBuilder riscv = MachineCode.builder(Architecture.RISCV64);
    Section data = riscv.section(Section.of(Section.Kind.DATA, new byte[8]));
    Symbol end = riscv.define("end", data, 8);
    Symbol start = riscv.define("start", data, 0);
    Relocation add = new Relocation(data, 0, RiscVRelocation.ADD32, end, 0);
    Relocation sub = new Relocation(data, 0, RiscVRelocation.SUB32, start, 0);
    assertThat(riscv.relocate(add).relocate(sub).build().relocations()).containsExactly(add, sub);
  }

  @Test
  void sections_and_symbols_of_others_are_refused() {
    Section foreign = MachineCode.builder(Architecture.X86_64).section(Section.code(CALL));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.define("f", foreign, 0))
        .withMessageContaining("section()");
    Section text = builder.section(Section.code(CALL));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.define("f", foreign, 0));
    Symbol loose = Symbol.undefined("puts");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> builder.relocate(new Relocation(text, 1, X86_64Relocation.PC32, loose, 0)))
        .withMessageContaining("symbol()");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 3, 7, Long.MAX_VALUE, Long.MIN_VALUE})
  void a_relocation_lies_within_the_bytes(long offset) {
    Section text = builder.section(Section.code(CALL));
    Symbol puts = builder.undefined("puts");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> builder.relocate(new Relocation(text, offset, X86_64Relocation.PC32, puts, -4)))
        .withMessageContaining("R_X86_64_PC32")
        .withMessageContaining("6 bytes");
  }

  @Test
  void zeros_cannot_be_relocated() {
    Section zeros = builder.section(Section.zero(64));
    Symbol puts = builder.undefined("puts");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> builder.relocate(new Relocation(zeros, 0, X86_64Relocation.ABS64, puts, 0)));
  }

  @Test
  void a_relocation_of_another_cpu_is_refused() {
    Section text = builder.section(Section.code(CALL));
    Symbol puts = builder.undefined("puts");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> builder.relocate(new Relocation(text, 0, AArch64Relocation.CALL26, puts, 0)))
        .withMessageContaining("AARCH64")
        .withMessageContaining("X86_64");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 7})
  void a_symbol_lies_within_its_section_or_at_its_end(long offset) {
    Section text = builder.section(Section.code(CALL));
    builder.define("end", text, 6);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.define("f", text, offset))
        .withMessageContaining("'f'")
        .withMessageContaining("6 bytes");
  }

  @Test
  void a_name_is_defined_once_unless_it_is_local() {
    Section text = builder.section(Section.code(CALL));
    Symbol local = Symbol.defined("f", text, 0).withBinding(Symbol.Binding.LOCAL);
    builder.symbol(local);
    builder.symbol(local);
    builder.define("f", text, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.define("f", text, 5))
        .withMessageContaining("'f' twice");
  }

  @Test
  void impossible_symbols_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Symbol.undefined(""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Symbol.undefined("f").withBinding(Symbol.Binding.LOCAL));
    assertThatIllegalArgumentException().isThrownBy(() -> Symbol.absolute("f", 0).withByteSize(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> Symbol.common("f", 0, 8));
    assertThatIllegalArgumentException().isThrownBy(() -> Symbol.common("f", 8, 3));
  }

  @Test
  void impossible_sections_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Section.zero(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Section.zero(Section.MAX_BYTE_SIZE + 1))
        .withMessageContaining("0..1073741824");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Section.of(Section.Kind.ZERO, new byte[1]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Section.of(Section.Kind.INITIALIZERS, new byte[12]));
    for (long alignment : new long[] {0, 3, -8, Section.MAX_ALIGNMENT * 2}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Section.code(CALL).withAlignment(alignment))
          .withMessageContaining("power of two");
    }
  }

  @Test
  void code_is_entered_in_code() {
    Symbol data = builder.define("d", builder.section(Section.of(Section.Kind.DATA, CALL)), 0);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.entry(data));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.entry(builder.undefined("puts")))
        .withMessageContaining("'puts'");
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void every_kind_is_found_by_its_number(Architecture architecture) {
    List<RelocationKind> kinds =
        switch (architecture) {
          case X86_64 -> List.of(X86_64Relocation.values());
          case AARCH64 -> List.of(AArch64Relocation.values());
          case RISCV64 -> List.of(RiscVRelocation.values());
        };
    for (RelocationKind kind : kinds) {
      assertThat(kind.architecture()).isEqualTo(architecture);
      assertThat(RelocationKind.of(architecture, kind.elfNumber())).contains(kind);
    }
    assertThat(RelocationKind.of(architecture, 99_999)).isEmpty();
  }

  @Test
  void a_dump_shows_bytes_symbols_and_relocations_where_they_are() {
    Section text = builder.section(Section.code(CALL).withGroup("inline"));
    builder.symbol(Symbol.defined("main", text, 0).withByteSize(6));
    builder.define("return", text, 5);
    builder.section(Section.zero(32));
    builder.symbol(Symbol.common("errors", 4, 4));
    Symbol puts = builder.undefined("puts");
    MachineCode code =
        builder.relocate(new Relocation(text, 1, X86_64Relocation.PLT32, puts, -4)).build();
    assertThat(code.dump())
        .isEqualTo(
            """
            code, X86_64, 38 bytes
            .text: code, 6 bytes, aligned to 16, group inline
              000000  <main> function, global, 6 bytes
              000000  e8 00 00 00 00
                000001  R_X86_64_PLT32 puts-4
              000005  <return> function, global
              000005  c3
            .bss: zero, 32 bytes, aligned to 16
            <errors> common, 4 bytes, aligned to 4, global
            <puts> undefined, global
            """);
    assertThat(code)
        .hasToString("MachineCode[code, X86_64, .text 6, .bss 32 bytes, 4 symbols, 1 relocations]");
    assertThat(MachineCode.of(CALL).dump())
        .isEqualTo(
            """
            code, 6 bytes
            .text: code, 6 bytes, aligned to 16
              000000  e8 00 00 00 00 c3
            """);
  }

  @Test
  void a_refusal_names_code_place_kind_and_symbol() {
    Section text = builder.section(Section.code(CALL));
    Relocation call = new Relocation(text, 1, X86_64Relocation.PC32, builder.undefined("puts"), -4);
    MachineCode code = builder.name("hello.o").relocate(call).build();
    assertThatExceptionOfType(RelocationException.class)
        .isThrownBy(() -> {
          throw new RelocationException(code, call, 77, "it is odd");
        })
        .withMessage("hello.o: .text+0x1: R_X86_64_PC32 puts-4: it is odd")
        .satisfies(refusal -> assertThat(refusal.relocation()).isEqualTo(call))
        .satisfies(refusal -> assertThat(refusal.value()).isEqualTo(77));
  }
}
