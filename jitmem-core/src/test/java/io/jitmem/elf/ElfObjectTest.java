package io.jitmem.elf;

import static io.jitmem.elf.ElfFileBuilder.ints;
import static io.jitmem.elf.ElfFileBuilder.symbols;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.elf.ElfSymbol.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfObjectTest {
  private static final int GLOBAL = Elf.STB_GLOBAL << 4;

  @Test
  void sections_symbols_relocations_and_groups_are_read() {
    ElfObject object = read(sound());
    assertThat(object.machine()).isEqualTo(Elf.EM_X86_64);
    assertThat(object.section(1).name()).isEqualTo(".text");
    assertThat(object.section(1).bytes().toArray()).containsExactly(0xe8, 0, 0, 0, 0, 0xc3);
    assertThat(object.symbols()).extracting(ElfSymbol::name).containsExactly("main", "puts");
    assertThat(object.symbol(1).place()).isEqualTo(Place.SECTION);
    assertThat(object.symbol(1).section()).isEqualTo(1);
    assertThat(object.symbol(2).isDefined()).isFalse();
    assertThat(object.relocations()).hasSize(1);
    assertThat(object.relocations().getFirst().target()).isEqualTo(1);
    assertThat(object.relocations().getFirst().all())
        .containsExactly(new ElfRelocation(1, 4, 2, -4));
    assertThat(object.groups()).hasSize(1);
    assertThat(object.groups().getFirst().comdat()).isTrue();
    assertThat(object.groups().getFirst().signature().name()).isEqualTo("main");
    assertThat(object.groups().getFirst().members()).containsExactly(1);
  }

  @Test
  void more_sections_than_the_header_can_count_are_read() {
    int many = 70_000;
    ElfFileBuilder builder = new ElfFileBuilder().text((byte) 0xc3).empty(many);
    byte[] table = symbols(new int[] {1, GLOBAL, Elf.SHN_XINDEX});
    int last = many + 1;
    builder.section(".symtab", Elf.SHT_SYMTAB, table, 3, 0, 24);
    builder.section(".strtab", Elf.SHT_STRTAB, "\0f\0".getBytes(StandardCharsets.UTF_8), 0, 0, 0);
    builder.section(".shndx", Elf.SHT_SYMTAB_SHNDX, ints(0, last), 2, 0, 4);
    ElfObject object = read(builder.build());
    assertThat(object.sections()).hasSize(many + 5);
    assertThat(object.symbol(1).section()).isEqualTo(last);
    assertThat(object.symbol(1).place()).isEqualTo(Place.SECTION);
  }

  @Test
  void a_big_number_without_its_table_is_refused() {
    byte[] file =
        new ElfFileBuilder()
            .text((byte) 0xc3)
            .section(
                ".symtab", Elf.SHT_SYMTAB, symbols(new int[] {0, GLOBAL, Elf.SHN_XINDEX}), 3, 0, 24)
            .section(".strtab", Elf.SHT_STRTAB, new byte[1], 0, 0, 0)
            .build();
    assertDamaged(file, "symbol 1: st_shndx 65535 is in a table that the file does not have");
  }

  @Test
  void sections_that_share_bytes_are_refused() {
    byte[] file = sound();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int table = (int) bytes.getLong(40);
    bytes.putLong(table + 64 + 24, 0).putLong(table + 64 + 32, file.length);
    assertDamaged(file, "section 2: sh_size 72 is more than the other sections leave");
  }

  /** Each name is half a megabyte long, but for a byte; together they would take gigabytes. */
  @Test
  void names_cannot_take_more_than_a_multiple_of_their_table() {
    int count = 10_000;
    byte[] names = new byte[500_000];
    Arrays.fill(names, 0, names.length - 1, (byte) 'x');
    int[][] symbols = new int[count][];
    for (int i = 0; i < count; i++) {
      symbols[i] = new int[] {i, GLOBAL, 1};
    }
    byte[] file =
        new ElfFileBuilder()
            .text((byte) 0xc3)
            .section(".symtab", Elf.SHT_SYMTAB, symbols(symbols), 3, 0, 24)
            .section(".strtab", Elf.SHT_STRTAB, names, 0, 0, 0)
            .build();
    assertDamaged(file, "is one of too many long names for a table of 500000 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4  | 1 | 1 | this is a 32-bit ELF file",
        "5  | 1 | 2 | this is a big-endian ELF file",
        "16 | 2 | 2 | this is an executable; only relocatable object files are read",
        "16 | 2 | 3 | this is a shared library or an executable; name it for look-ups instead; only relocatable object files are read",
        "16 | 2 | 4 | this is a core dump; only relocatable object files are read",
        "16 | 2 | 9 | this is an ELF file of type 9; only relocatable object files are read",
        "18 | 2 | 8 | this is for another CPU, ELF machine 8; read are objects for x86-64 (62), AArch64 (183) and RISC-V (243)",
        "0  | 4 | 0x04034b50 | this is neither an ELF file nor a static library",
        "0  | 4 | 0xdec04342 | this is LLVM bitcode: compile without -flto",
        "0  | 4 | 0xfeedfacf | this is a Mach-O file",
        "0  | 2 | 0x5a4d     | this is a PE executable or DLL",
        "0  | 2 | 0x8664     | this is a COFF object file",
        "0  | 4 | 0x6d736100 | this is a WebAssembly module",
      })
  void other_files_are_refused_by_name(int offset, int width, String value, String message) {
    byte[] file = sound();
    if (offset == 0) {
      Arrays.fill(file, 4, 64, (byte) 0);
    }
    put(file, offset, width, Long.decode(value));
    assertThatThrownBy(() -> read(file))
        .isInstanceOfSatisfying(
            FormatException.class, refused -> assertThat(refused.isDamaged()).isFalse())
        .hasMessage(message);
  }

  @Test
  void nothing_is_refused_by_name() {
    assertThatThrownBy(() -> read(new byte[0])).hasMessage("this is an empty file");
  }

  /** Offsets below 64 are in the header; others count from the headers of sections. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4   | 1 | 7          | damaged at offset 0x4: header: EI_CLASS 7 is not in the range 1..2",
        "5   | 1 | 0          | damaged at offset 0x5: header: EI_DATA 0 is not in the range 1..2",
        "6   | 1 | 2          | header: EI_VERSION 2 is not in the range 1..1",
        "52  | 2 | 52         | header: e_ehsize 52 is not in the range 64..64",
        "58  | 2 | 40         | header: e_shentsize 40 is not in the range 64..64",
        "40  | 8 | -1         | header: e_shoff 18446744073709551615 is not in the range",
        "40  | 8 | 0x7fffffffffffffff | header: e_shoff 9223372036854775807 is not in the range",
        "60  | 2 | 8          | header: e_shnum 8 is not in the range 1..7",
        "62  | 2 | 7          | header: e_shstrndx 7 is not in the range 0..6",
        "62  | 2 | 1          | section 1: sh_type 1 is not in the range 3..3",
        "128 | 4 | 0x7fffffff | section 1: sh_name 2147483647 is not in the range",
        "152 | 8 | 0x7fffffff | section 1: sh_offset 2147483647 is not in the range",
        "160 | 8 | -1         | section 1: sh_size 18446744073709551615 is not below 2^63",
        "160 | 8 | 0x7fffffff | with 2147483647 bytes from there on",
        "168 | 4 | 7          | section 1: sh_link 7 is not in the range 0..6",
        "176 | 8 | 3          | section 1: sh_addralign 3 is not a power of two",
        "176 | 8 | 0x10000000000 | section 1: sh_addralign 1099511627776 is not in the range",
        "248 | 8 | 16         | section 2: sh_entsize 16 is not in the range 24..24",
        "224 | 8 | 71         | section 2: sh_size 71 is not a multiple of 24",
        "232 | 4 | 0          | section 2: sh_link 0 is not in the range 1..6",
        "232 | 4 | 1          | section 1: sh_type 1 is not in the range 3..3",
        "360 | 4 | 3          | section 4: sh_link 3 is not the symbol table's 2",
        "364 | 4 | 0          | section 4: sh_info 0 is not in the range 1..6",
        "428 | 4 | 9          | section 5: sh_info 9 is not in the range 1..2",
        "260 | 4 | 2          | section 3: sh_type 2 is a second symbol table",
      })
  void a_wrong_field_is_told_with_its_value(int field, int width, String value, String message) {
    byte[] file = sound();
    int at = field < 64 ? field : (int) tableOffset(file) + field - 64;
    put(file, at, width, Long.decode(value));
    assertDamaged(file, message);
  }

  @Test
  void a_file_that_ends_anywhere_is_refused() {
    byte[] file = sound();
    for (int size = 4; size < file.length; size++) {
      byte[] cut = Arrays.copyOf(file, size);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(FormatException.class);
    }
  }

  private static byte[] sound() {
    return ElfFileBuilder.callOfPuts();
  }

  private static ElfObject read(byte[] file) {
    return ElfObject.read(FileBytes.of(file));
  }

  @Test
  void properties_are_read_by_type_among_others() {
    int bti = GnuProperties.AARCH64_FEATURE_1_AND;
    ElfObject object = withNote(ints(4, 32, 5, 0x00554e47, 1, 4, 9, 0, bti, 4, 3, 0));
    assertThat(GnuProperties.bits(object, bti)).isEqualTo(3);
    assertThat(GnuProperties.bits(object, 1)).isEqualTo(9);
    assertThat(GnuProperties.bits(object, 2)).isZero();
    // Another type of note, then one of another owner, then ours.
    int[] notes = {
      4,
      16,
      4,
      0x00554e47,
      bti,
      4,
      8,
      0,
      4,
      16,
      5,
      0x00584e47,
      bti,
      4,
      4,
      0,
      4,
      16,
      5,
      0x00554e47,
      bti,
      4,
      2,
      0
    };
    assertThat(GnuProperties.bits(withNote(ints(notes)), bti)).isEqualTo(2);
    assertThat(GnuProperties.bits(withNote(new byte[0]), bti)).isZero();
    ElfObject code = ElfObject.read(FileBytes.of(ElfFileBuilder.callOfPuts()));
    assertThat(GnuProperties.bits(code, bti)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0, 0x7fffffff", "0, -1", "1, 17", "1, -1", "5, 9", "5, -1", "5, 0"})
  void a_property_that_goes_past_its_note_is_refused(int word, String value) {
    int bti = GnuProperties.AARCH64_FEATURE_1_AND;
    int[] words = {4, 16, 5, 0x00554e47, bti, 4, 1, 0};
    words[word] = Long.decode(value).intValue();
    ElfObject object = withNote(ints(words));
    assertThatExceptionOfType(FormatException.class)
        .isThrownBy(() -> GnuProperties.bits(object, bti))
        .matches(FormatException::isDamaged);
  }

  private static ElfObject withNote(byte[] note) {
    return ElfObject.read(
        FileBytes.of(
            new ElfFileBuilder()
                .section(".note.gnu.property", Elf.SHT_NOTE, note, 0, 0, 0)
                .build()));
  }

  private static void assertDamaged(byte[] file, String message) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOfSatisfying(
            FormatException.class,
            damaged -> {
              assertThat(damaged.isDamaged()).isTrue();
              assertThat(damaged.fileOffset()).isBetween(0L, (long) file.length);
            })
        .hasMessageContaining(message);
  }

  private static long tableOffset(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(40);
  }

  private static void put(byte[] file, int offset, int width, long value) {
    for (int i = 0; i < width; i++) {
      file[offset + i] = (byte) (value >>> (8 * i));
    }
  }
}
