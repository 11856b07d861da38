package io.jitmem.elf;

import static io.jitmem.elf.ElfFileBuilder.ints;
import static io.jitmem.elf.ElfFileBuilder.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.elf.Archive.Definition;
import io.jitmem.elf.Archive.Member;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ArchiveTest {
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();

  ArchiveTest() {
    write("!<arch>\n");
  }

  @Test
  void members_have_short_and_long_names_and_the_index_names_them() {
    member("/", join(bigInts(2, 170, 234), bytes("f\0g\0")));
    member("//", bytes("a_name_of_more_than_15.o/\n"));
    assertThat(file.size()).isEqualTo(170);
    member("/0", bytes("long"));
    assertThat(file.size()).isEqualTo(234);
    member("b.o/", bytes("odd"));
    Archive archive = read(file.toByteArray());
    assertThat(archive.members())
        .extracting(Member::name)
        .containsExactly("a_name_of_more_than_15.o", "b.o");
    assertThat(archive.members().get(1).bytes().toArray()).isEqualTo(bytes("odd"));
    assertThat(archive.index()).containsExactly(new Definition("f", 0), new Definition("g", 1));
    assertThat(archive.indexed()).isTrue();
  }

  @Test
  void an_index_of_64_bits_is_read() {
    byte[] index = ByteBuffer.allocate(18).putLong(1).putLong(86).put(bytes("f\0")).array();
    member("/SYM64/", index);
    member("a.o/", bytes("a"));
    assertThat(read(file.toByteArray()).index()).containsExactly(new Definition("f", 0));
  }

  @Test
  void an_index_and_names_of_the_bsds_are_read() {
    byte[] index = join(ints(8, 2, 96, 4), bytes("_\0f\0"));
    member("#1/8", join(bytes("__.SYMDEF".substring(0, 8)), index));
    assertThat(read(file.toByteArray()).indexed()).as("a name that is cut is no index").isFalse();
    file.reset();
    write("!<arch>\n");
    member("__.SYMDEF", join(ints(8, 2, 88, 4), bytes("_\0f\0")));
    member("#1/20", join(bytes("a_long_file_name.o\0\0"), bytes("contents")));
    Archive archive = read(file.toByteArray());
    assertThat(archive.index()).containsExactly(new Definition("f", 0));
    assertThat(archive.members().getFirst().name()).isEqualTo("a_long_file_name.o");
    assertThat(archive.members().getFirst().bytes().toArray()).isEqualTo(bytes("contents"));
  }

  @Test
  void a_wide_index_of_the_bsds_is_read() {
    member("__.SYMDEF_64", join(longs(16, 0, 102, 2), bytes("f\0")));
    member("a.o", bytes("a"));
    assertThat(read(file.toByteArray()).index()).containsExactly(new Definition("f", 0));
  }

  @Test
  void a_library_without_an_index_or_members_is_read() {
    Archive archive = read(file.toByteArray());
    assertThat(archive.members()).isEmpty();
    assertThat(archive.indexed()).isFalse();
  }

  @Test
  void thin_archives_are_refused_by_name() {
    assertThatThrownBy(() -> read(bytes("!<thin>\n")))
        .isInstanceOf(FormatException.class)
        .hasMessage("this is a thin archive: its members are in other files");
  }

  @Test
  void an_index_that_points_elsewhere_is_refused() {
    member("/", join(bigInts(1, 9), bytes("f\0")));
    member("a.o/", bytes("a"));
    assertDamaged("offset in the index 9 is not that of a member");
  }

  @Test
  void an_index_that_counts_too_many_is_refused() {
    member("/", join(bigInts(0x7fffffff, 9), bytes("f\0")));
    assertDamaged("symbol count 2147483647 is not in the range 0..1");
  }

  @Test
  void a_long_name_without_a_table_is_refused() {
    member("/12", bytes("a"));
    assertDamaged("name 12 is in a table of long names that is not there");
  }

  @Test
  void a_size_that_is_no_number_is_refused() {
    member("a.o/", bytes("a"));
    byte[] bytes = file.toByteArray();
    bytes[8 + 48] = '-';
    assertThatThrownBy(() -> read(bytes)).hasMessageContaining("size is not a decimal number");
  }

  @Test
  void a_file_that_ends_anywhere_is_refused() {
    member("a.o/", bytes("a member"));
    byte[] bytes = file.toByteArray();
    for (int size = 9; size < bytes.length; size++) {
      byte[] cut = Arrays.copyOf(bytes, size);
      assertThatThrownBy(() -> read(cut)).isInstanceOf(FormatException.class);
    }
  }

  private void assertDamaged(String message) {
    assertThatThrownBy(() -> read(file.toByteArray()))
        .isInstanceOfSatisfying(
            FormatException.class, damaged -> assertThat(damaged.isDamaged()).isTrue())
        .hasMessageContaining(message);
  }

  private void member(String name, byte[] contents) {
    write("%-16s%-12d%-6d%-6d%-8o%-10d`\n".formatted(name, 0, 0, 0, 0644, contents.length));
    file.writeBytes(contents);
    if ((contents.length & 1) != 0) {
      write("\n");
    }
  }

  private void write(String text) {
    file.writeBytes(bytes(text));
  }

  private static Archive read(byte[] bytes) {
    return Archive.read(FileBytes.of(bytes));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] bigInts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asIntBuffer().put(values);
    return bytes.array();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
