package io.jitmem.link;

import static io.jitmem.link.Linked.CODE;
import static io.jitmem.link.Linked.READ_ONLY;
import static io.jitmem.link.Linked.WRITABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.code.X86_64Relocation;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LinkageTest {
  private static final long OUTSIDE = 0x1234;

  /** 8 bytes of constants that hold the address of a name, in a unit that defines others. */
  private static MachineCode unit(String name, String wanted, Definition... defined) {
    MachineCodeBuilder builder = builder(name);
    Section pointer = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[8]));
    for (Definition each : defined) {
      each.addTo(builder);
    }
    if (!wanted.isEmpty()) {
      Symbol symbol = builder.undefined(wanted);
      builder.relocate(new Relocation(pointer, 0, X86_64Relocation.ABS64, symbol, 0));
    }
    return builder.build();
  }

  private static MachineCodeBuilder builder(String name) {
    return MachineCode.builder(Architecture.X86_64).name(name);
  }

  /** Adds a definition to a unit. */
  private interface Definition {
    void addTo(MachineCodeBuilder builder);
  }

  private static Definition global(String name, long value) {
    return builder -> builder.symbol(Symbol.absolute(name, value));
  }

  private static Definition weak(String name, long value) {
    return builder -> builder.symbol(Symbol.absolute(name, value).withBinding(Symbol.Binding.WEAK));
  }

  private static Definition common(String name, long byteSize, long alignment) {
    return builder -> builder.symbol(Symbol.common(name, byteSize, alignment));
  }

  /** What the first unit's name stands for, and the linkage. */
  private static long address(List<MachineCode> units) {
    return pointer(Linked.linkage(units, Linked.nothing()), 0);
  }

  private static long pointer(Linkage linkage, int index) {
    byte[] bytes = Linked.contents(linkage.images().getFirst(), Region.READ_ONLY);
    return Bytes.get64(bytes, 16 * index);
  }

  @Test
  void sections_share_regions_by_their_kind_and_are_aligned() {
    MachineCodeBuilder first = builder("first");
    first.section(Section.of(Section.Kind.DATA, new byte[] {1}).withAlignment(1));
    first.section(Section.zero(100).withAlignment(32));
    first.section(Section.code(new byte[] {2}));
    first.section(Section.of(Section.Kind.UNWIND, new byte[] {3, 3, 3, 3, 3, 3, 3, 3}));
    MachineCodeBuilder second = builder("second");
    second.section(Section.code(new byte[] {4}).withAlignment(64));
    second.section(Section.of(Section.Kind.READ_ONLY, new byte[] {5}));
    second.section(Section.of(Section.Kind.DATA, new byte[] {6}).withAlignment(4));
    Linkage linkage = Linked.linkage(List.of(first.build(), second.build()), Linked.nothing());
    Image image = linkage.images().getFirst();
    assertThat(Linked.hex(Linked.code(image))).isEqualTo("02" + "cc".repeat(63) + "04");
    assertThat(image.alignment(Region.CODE)).isEqualTo(64);
    assertThat(Linked.hex(Linked.contents(image, Region.READ_ONLY)))
        .as("call frame information last, and ended by a zero")
        .isEqualTo("05" + "00".repeat(7) + "03".repeat(8) + "00000000");
    assertThat(Linked.hex(Linked.contents(image, Region.WRITABLE))).isEqualTo("0100000006");
    assertThat(image.byteSize(Region.WRITABLE)).isEqualTo(32 + 100);
    assertThat(image.alignment(Region.WRITABLE)).isEqualTo(32);
  }

  @Test
  void units_refer_to_each_other_and_to_the_lookup() {
    MachineCode first = unit("first", "b", global("a", 1));
    MachineCode second = unit("second", "a", global("b", 2));
    MachineCode third = unit("third", "outside");
    Linkage linkage = Linked.linkage(List.of(first, second, third), Linked.at(OUTSIDE));
    assertThat(pointer(linkage, 0)).isEqualTo(2);
    assertThat(pointer(linkage, 1)).isEqualTo(1);
    assertThat(pointer(linkage, 2)).isEqualTo(OUTSIDE);
    assertThat(linkage.exports()).hasSize(2).containsEntry("a", 1L).containsEntry("b", 2L);
    assertThat(linkage.exports(1)).hasSize(1).containsEntry("b", 2L);
  }

  @Test
  void each_name_is_looked_up_once_and_only_if_nobody_defines_it() {
    List<String> asked = new ArrayList<>();
    SymbolLookup lookup =
        name -> {
          asked.add(name);
          return Optional.of(MemorySegment.ofAddress(OUTSIDE));
        };
    List<MachineCode> units =
        List.of(unit("1", "x"), unit("2", "x"), unit("3", "y", global("y", 1)), unit("4", ""));
    Linked.linkage(units, lookup);
    assertThat(asked).containsExactly("x");
  }

  @Test
  void a_name_that_nobody_needs_may_be_undefined() {
    MachineCodeBuilder builder = builder("unused");
    builder.undefined("nowhere");
    builder.section(Section.code(new byte[1]));
    assertThat(Linked.linkage(List.of(builder.build()), Linked.nothing()).images()).hasSize(1);
  }

  @Test
  void all_names_that_nobody_defines_are_told() {
    assertThatExceptionOfType(LinkException.class)
        .isThrownBy(() -> address(List.of(unit("a", "x"), unit("b", "y"), unit("c", "x"))))
        .withMessageStartingWith("nobody defines x, y: ");
    List<MachineCode> many = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      many.add(unit("u" + i, "name" + i));
    }
    assertThatExceptionOfType(LinkException.class)
        .isThrownBy(() -> address(many))
        .withMessageContaining("name19 and 5 more");
  }

  @Test
  void two_global_definitions_are_refused_by_name() {
    assertThatExceptionOfType(LinkException.class)
        .isThrownBy(() ->
            address(List.of(unit("a.o", "", global("f", 1)), unit("b.o", "", global("f", 2)))))
        .withMessage("'f' is defined twice, by a.o and by b.o");
  }

  @Test
  void a_global_definition_goes_before_a_common_one_and_that_before_a_weak_one() {
    MachineCode user = unit("user", "f");
    MachineCode global = unit("global", "", global("f", 1));
    MachineCode weak = unit("weak", "", weak("f", 2));
    MachineCode other = unit("other", "", weak("f", 3));
    MachineCode common = unit("common", "", common("f", 8, 8));
    assertThat(address(List.of(user, weak, global))).isEqualTo(1);
    assertThat(address(List.of(user, global, weak))).isEqualTo(1);
    assertThat(address(List.of(user, weak, other))).isEqualTo(2);
    assertThat(address(List.of(user, common, global))).isEqualTo(1);
    assertThat(address(List.of(user, global, common))).isEqualTo(1);
    assertThat(address(List.of(user, common, weak))).isEqualTo(WRITABLE);
    assertThat(address(List.of(user, weak, common))).isEqualTo(WRITABLE);
  }

  @Test
  void a_common_variable_is_as_large_and_as_aligned_as_anybody_wants_it() {
    MachineCode small = unit("small", "f", common("f", 8, 64), common("g", 1, 1));
    MachineCode large = unit("large", "g", common("f", 24, 8));
    Linkage linkage = Linked.linkage(List.of(small, large), Linked.nothing());
    Image image = linkage.images().getFirst();
    assertThat(pointer(linkage, 0)).isEqualTo(WRITABLE);
    assertThat(pointer(linkage, 1)).isEqualTo(WRITABLE + 24);
    assertThat(image.byteSize(Region.WRITABLE)).isEqualTo(25);
    assertThat(image.alignment(Region.WRITABLE)).isEqualTo(64);
    assertThat(Linked.contents(image, Region.WRITABLE)).isEmpty();
  }

  @Test
  void a_common_variable_that_was_defined_takes_no_room() {
    List<MachineCode> units =
        List.of(unit("common", "f", common("f", 8, 8)), unit("global", "", global("f", 1)));
    Linkage linkage = Linked.linkage(units, Linked.nothing());
    assertThat(linkage.images().getFirst().byteSize(Region.WRITABLE)).isZero();
  }

  @Test
  void a_weak_symbol_that_nobody_defines_is_0() {
    MachineCodeBuilder builder = builder("weak");
    Section pointer = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[8]));
    Symbol weak = builder.symbol(Symbol.undefined("w").withBinding(Symbol.Binding.WEAK));
    builder.relocate(new Relocation(pointer, 0, X86_64Relocation.ABS64, weak, 5));
    MachineCode code = builder.build();
    assertThat(pointer(Linked.linkage(List.of(code), Linked.nothing()), 0)).isEqualTo(5);
    assertThat(pointer(Linked.linkage(List.of(code), Linked.at(16)), 0)).isEqualTo(21);
  }

  @Test
  void local_symbols_are_their_own_units() {
    MachineCodeBuilder builder = builder("local");
    Section pointer = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[8]));
    Symbol local = builder.symbol(Symbol.absolute("f", 7).withBinding(Symbol.Binding.LOCAL));
    builder.relocate(new Relocation(pointer, 0, X86_64Relocation.ABS64, local, 0));
    Linkage linkage =
        Linked.linkage(
            List.of(builder.build(), unit("other", "f", global("f", 8))), Linked.nothing());
    assertThat(pointer(linkage, 0)).isEqualTo(7);
    assertThat(pointer(linkage, 1)).isEqualTo(8);
    assertThat(linkage.exports(0)).isEmpty();
  }

  /** A unit with an inline function that calls itself, and a pointer to it. */
  private static MachineCode withInline(String name, byte content) {
    MachineCodeBuilder builder = builder(name);
    Section pointer = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[8]));
    byte[] bytes = new byte[9];
    bytes[8] = content;
    Section inline = builder.section(Section.code(bytes).withGroup("inline"));
    Symbol symbol =
        builder.symbol(Symbol.defined("inline", inline, 8).withBinding(Symbol.Binding.WEAK));
    builder.relocate(new Relocation(inline, 0, X86_64Relocation.ABS64, symbol, 0));
    builder.relocate(new Relocation(pointer, 0, X86_64Relocation.ABS64, symbol, 0));
    return builder.build();
  }

  @Test
  void of_groups_with_one_name_the_first_is_kept() {
    Linkage linkage =
        Linked.linkage(
            List.of(withInline("a", (byte) 1), withInline("b", (byte) 2)), Linked.nothing());
    byte[] code = Linked.code(linkage.images().getFirst());
    assertThat(code).hasSize(9).endsWith(1);
    assertThat(Bytes.get64(code, 0)).isEqualTo(CODE + 8);
    assertThat(pointer(linkage, 0)).isEqualTo(CODE + 8);
    assertThat(pointer(linkage, 1)).isEqualTo(CODE + 8);
  }

  @Test
  void local_symbols_in_a_group_that_was_not_kept_are_refused_but_for_call_frames() {
    MachineCode kept = withInline("kept", (byte) 1);
    MachineCodeBuilder frames = builder("frames");
    Section inline = frames.section(Section.code(new byte[9]).withGroup("inline"));
    Symbol section =
        frames.symbol(Symbol.defined("local", inline, 0).withBinding(Symbol.Binding.LOCAL));
    Section unwind = frames.section(Section.of(Section.Kind.UNWIND, new byte[8]));
    frames.relocate(new Relocation(unwind, 0, X86_64Relocation.PC32, section, 0));
    assertThat(Linked.linkage(List.of(kept, frames.build()), Linked.nothing()).images()).hasSize(1);
    Section data = frames.section(Section.of(Section.Kind.DATA, new byte[8]));
    frames.relocate(new Relocation(data, 0, X86_64Relocation.ABS64, section, 0));
    assertThatExceptionOfType(LinkException.class)
        .isThrownBy(() -> Linked.linkage(List.of(kept, frames.build()), Linked.nothing()))
        .withMessage(
            "frames: .data+0x0: R_X86_64_64 local: that is in a group of which another one was"
                + " kept");
  }

  @Test
  void images_of_their_own_call_each_other_through_stubs_only_if_they_are_far() {
    MachineCode caller = Linked.unit("e800000000", 1, X86_64Relocation.PLT32, -4);
    MachineCodeBuilder named = builder("s");
    named.define("s", named.section(Section.code(HexFormat.of().parseHex("c3"))), 0);
    List<MachineCode> units = List.of(caller, named.build());
    assertThat(codeOfFirst(units, CODE + 0x1000)).isEqualTo("e8fb0f0000");
    assertThat(codeOfFirst(units, CODE + 0x1_0000_0000L))
        .isEqualTo("e803000000" + "cccccc" + "ff25020000000f0b" + "0000000001400000");
  }

  private static String codeOfFirst(List<MachineCode> units, long second) {
    Linkage linkage = Linkage.apart(units, Architecture.X86_64, Linked.nothing());
    Linked.place(linkage.images().get(0), CODE);
    Linked.place(linkage.images().get(1), second);
    linkage.images().forEach(Image::relocate);
    return Linked.hex(Linked.code(linkage.images().getFirst()));
  }

  @Test
  void room_for_the_table_is_what_may_be_needed_at_most() {
    MachineCodeBuilder builder = builder("calls");
    Section text = builder.section(Section.code(new byte[32]));
    Symbol far = builder.undefined("far");
    Symbol here = builder.define("here", text, 0);
    for (long offset = 0; offset < 8; offset += 4) {
      builder.relocate(new Relocation(text, offset, X86_64Relocation.PLT32, far, -4));
      builder.relocate(new Relocation(text, 8 + offset, X86_64Relocation.GOTPCREL, far, -4));
      builder.relocate(new Relocation(text, 16 + offset, X86_64Relocation.PLT32, here, -4));
    }
    Image image = Linked.image(builder.build(), Linked.at(CODE + 0x1000));
    assertThat(image.byteSize(Region.CODE)).isEqualTo(32 + 16 + 8);
    assertThat(Linked.code(image)).hasSize(32 + 8);
  }

  @Test
  void calls_to_different_distances_from_a_symbol_have_room_for_a_stub_each() {
    MachineCodeBuilder builder = builder("calls");
    Section text = builder.section(Section.code(new byte[32]));
    Symbol far = builder.undefined("far");
    Symbol here = builder.define("here", text, 0);
    builder.relocate(new Relocation(text, 0, X86_64Relocation.PLT32, far, -8));
    builder.relocate(new Relocation(text, 4, X86_64Relocation.PLT32, far, -4));
    builder.relocate(new Relocation(text, 8, X86_64Relocation.PLT32, far, 12));
    builder.relocate(new Relocation(text, 12, X86_64Relocation.PLT32, far, -4));
    builder.relocate(new Relocation(text, 16, X86_64Relocation.PLT32, here, 1L << 40));
    builder.relocate(new Relocation(text, 20, X86_64Relocation.PLT32, here, Long.MIN_VALUE));
    Image image = Linked.image(builder.build(), Linked.at(CODE + (1L << 40)));
    assertThat(image.byteSize(Region.CODE)).isEqualTo(32 + 5 * 16);
    assertThat(Linked.code(image)).hasSize(32 + 5 * 16);
  }

  @Test
  void initializers_are_told_in_their_order() {
    MachineCodeBuilder builder = builder("init");
    Section table = builder.section(Section.of(Section.Kind.INITIALIZERS, new byte[16]));
    builder.relocate(new Relocation(table, 0, X86_64Relocation.ABS64, builder.undefined("one"), 0));
    builder.relocate(new Relocation(table, 8, X86_64Relocation.ABS64, builder.undefined("two"), 8));
    assertThat(Linked.image(builder.build(), Linked.at(OUTSIDE)).initializers())
        .containsExactly(OUTSIDE, OUTSIDE + 8);
  }

  @Test
  void code_is_entered_at_its_symbol_or_at_the_first_code_that_there_is() {
    MachineCodeBuilder builder = builder("entry");
    builder.section(Section.code(new byte[0]));
    builder.section(Section.of(Section.Kind.DATA, new byte[1]));
    builder.section(Section.code(new byte[8]));
    Section more = builder.section(Section.code(new byte[8]));
    MachineCode first = builder.build();
    MachineCode chosen = builder.entry(builder.define("main", more, 4)).build();
    assertThat(Linked.linkage(List.of(first), Linked.nothing()).entry(0)).hasValue(CODE);
    assertThat(Linked.linkage(List.of(chosen), Linked.nothing()).entry(0)).hasValue(CODE + 20);
    MachineCode data = unit("data", "");
    assertThat(Linked.linkage(List.of(data), Linked.nothing()).entry(0)).isEmpty();
  }

  @Test
  void code_for_another_cpu_is_refused() {
    MachineCode arm = MachineCode.builder(Architecture.AARCH64).name("arm.o").build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Linkage.together(List.of(arm), Architecture.X86_64, Linked.nothing()))
        .withMessage("arm.o is for AARCH64, not for X86_64");
  }

  @Test
  void more_than_one_piece_of_memory_holds_is_refused() {
    MachineCodeBuilder builder = builder("huge");
    builder.section(Section.zero(Section.MAX_BYTE_SIZE));
    builder.section(Section.zero(1));
    assertThatExceptionOfType(LinkException.class)
        .isThrownBy(() -> Linked.image(builder.build(), Linked.nothing()))
        .withMessageContaining("at most 1073741824 bytes");
  }

  @Test
  void constants_and_variables_are_where_they_were_placed() {
    MachineCodeBuilder builder = builder("places");
    Section constants = builder.section(Section.of(Section.Kind.READ_ONLY, new byte[16]));
    Section variables = builder.section(Section.of(Section.Kind.DATA, new byte[8]));
    Section zeros = builder.section(Section.zero(8).withAlignment(8));
    Symbol constant = builder.define("constant", constants, 8);
    Symbol variable = builder.define("variable", variables, 4);
    Symbol zero = builder.define("zero", zeros, 0);
    builder.relocate(new Relocation(constants, 0, X86_64Relocation.ABS64, zero, 0));
    builder.relocate(new Relocation(constants, 8, X86_64Relocation.ABS64, variable, 0));
    builder.relocate(new Relocation(variables, 0, X86_64Relocation.ABS64, constant, 0));
    Image image = Linked.image(builder.build(), Linked.nothing());
    byte[] bytes = Linked.contents(image, Region.READ_ONLY);
    assertThat(Bytes.get64(bytes, 0)).isEqualTo(WRITABLE + 8);
    assertThat(Bytes.get64(bytes, 8)).isEqualTo(WRITABLE + 4);
    assertThat(Bytes.get64(Linked.contents(image, Region.WRITABLE), 0)).isEqualTo(READ_ONLY + 8);
  }
}
