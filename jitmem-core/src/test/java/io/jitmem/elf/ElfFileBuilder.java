package io.jitmem.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Puts small ELF files together: sound ones, and ones with a field that is wrong. */
public final class ElfFileBuilder {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Section(String name, int type, byte[] bytes, int link, int info, int entrySize) {}

  private final List<Section> sections = new ArrayList<>();
  private int extraCount;

  /** A section; the first is number 1. */
  public ElfFileBuilder section(
      String name, int type, byte[] bytes, int link, int info, int entrySize) {
    sections.add(new Section(name, type, bytes, link, info, entrySize));
    return this;
  }

  public ElfFileBuilder text(byte... code) {
    return section(".text", Elf.SHT_PROGBITS, code, 0, 0, 0);
  }

  /** So many sections without contents. */
  public ElfFileBuilder empty(int count) {
    extraCount += count;
    return this;
  }

  /** A function that calls another, in a group of its own. */
  public static byte[] callOfPuts() {
    return new ElfFileBuilder()
        .text((byte) 0xe8, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0xc3)
        .section(
            ".symtab",
            Elf.SHT_SYMTAB,
            symbols(
                new int[] {1, Elf.STB_GLOBAL << 4 | Elf.STT_FUNC, 1},
                new int[] {6, Elf.STB_GLOBAL << 4, 0}),
            3,
            1,
            24)
        .section(
            ".strtab", Elf.SHT_STRTAB, "\0main\0puts\0".getBytes(StandardCharsets.UTF_8), 0, 0, 0)
        .section(".rela.text", Elf.SHT_RELA, longs(1, 2L << 32 | 4, -4), 2, 1, 24)
        .section(".group", Elf.SHT_GROUP, ints(1, 1), 2, 1, 4)
        .build();
  }

  /** The file; its last section is that of names. */
  public byte[] build() {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    names.write(0);
    int count = sections.size() + extraCount + 2;
    int contents = sections.stream().mapToInt(section -> section.bytes.length).sum();
    int namesSize = 1 + ".names".length() + 1;
    for (Section section : sections) {
      namesSize += section.name.length() + 1;
    }
    int table = 64 + contents + namesSize;
    ByteBuffer file = ByteBuffer.allocate(table + count * 64).order(ByteOrder.LITTLE_ENDIAN);
    header(file, table, count);
    int offset = 64;
    int number = 1;
    for (Section section : sections) {
      file.put(offset, section.bytes);
      sectionHeader(file, table + 64 * number++, name(names, section.name), section, offset);
      offset += section.bytes.length;
    }
    for (int i = 0; i < extraCount; i++) {
      Section empty = new Section("", Elf.SHT_PROGBITS, new byte[0], 0, 0, 0);
      sectionHeader(file, table + 64 * number++, 0, empty, offset);
    }
    int name = name(names, ".names");
    Section own = new Section(".names", Elf.SHT_STRTAB, names.toByteArray(), 0, 0, 0);
    file.put(offset, own.bytes);
    sectionHeader(file, table + 64 * number, name, own, offset);
    return file.array();
  }

  private static void header(ByteBuffer file, int table, int count) {
    file.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    file.putShort(16, (short) Elf.ET_REL).putShort(18, (short) Elf.EM_X86_64).putInt(20, 1);
    file.putLong(40, table).putShort(52, (short) 64).putShort(58, (short) 64);
    if (count < Elf.SHN_LORESERVE) {
      file.putShort(60, (short) count).putShort(62, (short) (count - 1));
    } else {
      file.putShort(62, (short) Elf.SHN_XINDEX);
      file.putLong(table + 32, count).putInt(table + 40, count - 1);
    }
  }

  private static int name(ByteArrayOutputStream names, String name) {
    int offset = names.size();
    names.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    names.write(0);
    return offset;
  }

  private static void sectionHeader(
      ByteBuffer file, int at, int name, Section section, int offset) {
    file.putInt(at, name).putInt(at + 4, section.type);
    long code = Elf.SHF_ALLOC | Elf.SHF_EXECINSTR;
    file.putLong(at + 8, section.name.equals(".text") ? code : 0);
    file.putLong(at + 24, offset).putLong(at + 32, section.bytes.length);
    file.putInt(at + 40, section.link).putInt(at + 44, section.info);
    file.putLong(at + 48, 1).putLong(at + 56, section.entrySize);
  }

  /** Symbols, each a name's offset, a type and binding, and a section, after the empty one. */
  public static byte[] symbols(int[]... symbols) {
    ByteBuffer table =
        ByteBuffer.allocate(24 * (symbols.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < symbols.length; i++) {
      int at = 24 * (i + 1);
      table.putInt(at, symbols[i][0]).put(at + 4, (byte) symbols[i][1]);
      table.putShort(at + 6, (short) symbols[i][2]);
    }
    return table.array();
  }

  public static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return bytes.array();
  }

  public static byte[] longs(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }
}
