package io.jitmem.elf;

import io.jitmem.elf.Archive.Definition;
import io.jitmem.elf.Archive.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The index of a library: names of symbols, and where the headers of their members lie. */
final class ArchiveIndex {
  private record Line(String symbol, long offset) {}

  private final Entry header;
  private final List<Line> lines = new ArrayList<>();

  private ArchiveIndex(Entry header) {
    this.header = header;
  }

  /** Big-endian: a count, the offsets, and the names one after the other. */
  static ArchiveIndex gnu(Entry header, FileBytes bytes, int width) {
    ArchiveIndex index = new ArchiveIndex(header);
    long count = width == 4 ? bytes.bigU32(0) : bytes.bigS64(0);
    header.require("symbol count", 60, count, 0, (bytes.byteSize() - width) / (width + 1));
    long name = width * (count + 1);
    for (long i = 1; i <= count; i++) {
      long end = bytes.find((byte) 0, name, bytes.byteSize());
      if (end < 0) {
        throw header.wrong("symbol count", 60, count, "more than there are names");
      }
      long offset = width == 4 ? bytes.bigU32(i * width) : bytes.bigS64(i * width);
      index.lines.add(new Line(bytes.text(name, end - name), offset));
      name = end + 1;
    }
    return index;
  }

  /** Little-endian: the table's size, pairs of name and offset, the names' size, the names. */
  static ArchiveIndex bsd(Entry header, FileBytes bytes, int width) {
    ArchiveIndex index = new ArchiveIndex(header);
    long tableSize = word(bytes, 0, width);
    header.require("index size", 60, tableSize, 0, bytes.byteSize() - 2L * width);
    long namesSize = word(bytes, width + tableSize, width);
    long names = tableSize + 2L * width;
    header.require("names size", 60, namesSize, 0, bytes.byteSize() - names);
    StringTable table = new StringTable(bytes, names, namesSize, (byte) 0);
    for (long at = width; at + 2L * width <= width + tableSize; at += 2L * width) {
      String symbol = table.at(word(bytes, at, width), header, "name in the index", 60);
      index.lines.add(new Line(symbol, word(bytes, at + width, width)));
    }
    return index;
  }

  /** The index in terms of members, which have to be where it says. */
  List<Definition> definitions(List<Member> members) {
    Map<Long, Integer> byOffset = new HashMap<>();
    for (int i = 0; i < members.size(); i++) {
      byOffset.put(members.get(i).offset(), i);
    }
    List<Definition> definitions = new ArrayList<>(lines.size());
    for (Line line : lines) {
      Integer member = byOffset.get(line.offset);
      if (member == null) {
        throw header.wrong("offset in the index", 60, line.offset, "not that of a member");
      }
      definitions.add(new Definition(line.symbol, member));
    }
    return definitions;
  }

  private static long word(FileBytes bytes, long offset, int width) {
    return width == 4 ? bytes.u32(offset) : bytes.s64(offset);
  }
}
