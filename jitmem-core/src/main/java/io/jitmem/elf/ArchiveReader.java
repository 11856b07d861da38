package io.jitmem.elf;

import io.jitmem.elf.Archive.Definition;
import io.jitmem.elf.Archive.Member;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a library. A header has 60 characters: 16 of name, 32 that do not matter
 * here, 10 of size in decimal and two that end it; contents are padded to even offsets. GNU's
 * {@code ar} ends a name with a slash, and names the index {@code /} or {@code /SYM64/} and the
 * table of long names {@code //}; that of the BSDs puts long names before the contents.
 */
final class ArchiveReader {
  private static final int MAGIC_BYTES = 8;
  private static final int HEADER_BYTES = 60;
  private static final int NAME_BYTES = 16;
  private static final int SIZE_FIELD = 48;
  private static final int SIZE_BYTES = 10;
  private static final int END_FIELD = 58;
  private static final int MAX_NAME_BYTES = 1 << 12;

  private final FileBytes file;
  private final List<Member> members = new ArrayList<>();
  private @Nullable StringTable longNames;
  private @Nullable ArchiveIndex index;

  ArchiveReader(FileBytes file) {
    this.file = file;
  }

  Archive read() {
    FileKind kind = FileKind.of(file);
    if (kind != FileKind.ARCHIVE) {
      throw FormatException.unsupported("this is " + kind.description());
    }
    long offset = MAGIC_BYTES;
    for (int i = 0; offset < file.byteSize(); i++) {
      offset = readMember(new Entry(file, offset, "archive header", i));
    }
    List<Definition> definitions = index == null ? List.of() : index.definitions(members);
    return new Archive(members, definitions, index != null);
  }

  /** Reads a member, and gives the offset of the next. */
  private long readMember(Entry entry) {
    file.slice(entry.base(), HEADER_BYTES);
    int end = entry.u16(END_FIELD);
    if (end != ('`' | '\n' << 8)) {
      throw entry.wrong("end", END_FIELD, end, "not that of a header");
    }
    long byteSize = number(entry, "size", SIZE_FIELD, SIZE_BYTES);
    long start = entry.base() + HEADER_BYTES;
    entry.part("size", SIZE_FIELD, start, byteSize);
    add(entry, file.text(entry.base(), NAME_BYTES).stripTrailing(), start, byteSize);
    return start + byteSize + (byteSize & 1);
  }

  private void add(Entry entry, String name, long start, long byteSize) {
    if (name.equals("/") || name.equals("/SYM64/")) {
      index = ArchiveIndex.gnu(entry, file.slice(start, byteSize), name.equals("/") ? 4 : 8);
    } else if (name.equals("//")) {
      longNames = new StringTable(file, start, byteSize, (byte) '\n');
    } else if (name.startsWith("#1/")) {
      addWithInlineName(entry, start, byteSize);
    } else if (isBsdIndex(name)) {
      index = ArchiveIndex.bsd(entry, file.slice(start, byteSize), name.endsWith("64") ? 8 : 4);
    } else {
      members.add(new Member(name(entry, name), entry.base(), file.slice(start, byteSize)));
    }
  }

  private void addWithInlineName(Entry entry, long start, long byteSize) {
    long length = number(entry, "name length", 3, NAME_BYTES - 3);
    entry.require("name length", 3, length, 0, Math.min(byteSize, MAX_NAME_BYTES));
    String padded = file.text(start, length);
    int end = padded.indexOf('\0');
    String name = end < 0 ? padded : padded.substring(0, end);
    FileBytes contents = file.slice(start + length, byteSize - length);
    if (isBsdIndex(name)) {
      index = ArchiveIndex.bsd(entry, contents, name.contains("_64") ? 8 : 4);
    } else {
      members.add(new Member(name, entry.base(), contents));
    }
  }

  private static boolean isBsdIndex(String name) {
    return switch (name) {
      case "__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64", "__.SYMDEF_64 SORTED" -> true;
      default -> false;
    };
  }

  private String name(Entry entry, String field) {
    if (field.length() > 1 && field.charAt(0) == '/' && Character.isDigit(field.charAt(1))) {
      long offset = number(entry, "name", 1, NAME_BYTES - 1);
      if (longNames == null) {
        throw entry.wrong("name", 0, offset, "in a table of long names that is not there");
      }
      return withoutSlash(longNames.at(offset, entry, "name", 0));
    }
    return withoutSlash(field);
  }

  private static String withoutSlash(String name) {
    return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
  }

  /** A decimal number, padded with blanks. */
  private static long number(Entry entry, String name, int field, int width) {
    String digits = entry.file().text(entry.base() + field, width).stripTrailing();
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw FormatException.damaged(
          entry.base() + field,
          entry.kind() + " " + entry.index() + ": " + name + " is not a decimal number");
    }
    return Long.parseLong(digits);
  }
}
