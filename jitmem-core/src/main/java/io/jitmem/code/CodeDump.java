package io.jitmem.code;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.Locale;

/** A text that shows all of some machine code, in the manner of a disassembler's hex dump. */
final class CodeDump {
  private static final int BYTES_PER_LINE = 16;
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private final MachineCode code;
  private final StringBuilder text = new StringBuilder();

  CodeDump(MachineCode code) {
    this.code = code;
  }

  String text() {
    text.append(code.name());
    code.architecture().ifPresent(cpu -> text.append(", ").append(cpu));
    line(", " + code.byteSize() + " bytes");
    code.sections().forEach(this::section);
    code.symbols().stream()
        .filter(symbol -> !(symbol.definition() instanceof Symbol.InSection))
        .forEach(symbol -> line(describe(symbol)));
    return text.toString();
  }

  private void section(Section section) {
    String group = section.group().map(name -> ", group " + name).orElse("");
    line(
        "%s: %s, %d bytes, aligned to %d%s"
            .formatted(
                section.name(),
                lower(section.kind()),
                section.byteSize(),
                section.alignment(),
                group));
    MemorySegment bytes = section.bytes();
    long shown = 0;
    while (shown < section.byteSize()) {
      notesAt(section, shown);
      long next = nextStop(section, shown);
      if (section.kind() != Section.Kind.ZERO) {
        byte[] row = bytes.asSlice(shown, next - shown).toArray(ValueLayout.JAVA_BYTE);
        line("  %06x  %s".formatted(shown, HEX.formatHex(row)));
        relocations(section, shown, next);
      }
      shown = next;
    }
    notesAt(section, shown);
  }

  /** A row ends after 16 bytes, or before the next symbol. */
  private long nextStop(Section section, long from) {
    boolean zero = section.kind() == Section.Kind.ZERO;
    long next = zero ? section.byteSize() : Math.min(section.byteSize(), from + BYTES_PER_LINE);
    for (Symbol symbol : code.symbols()) {
      if (symbol.definition() instanceof Symbol.InSection place
          && place.section() == section
          && place.offset() > from
          && place.offset() < next) {
        next = place.offset();
      }
    }
    return next;
  }

  private void notesAt(Section section, long offset) {
    for (Symbol symbol : code.symbols()) {
      if (symbol.definition() instanceof Symbol.InSection place
          && place.section() == section
          && place.offset() == offset) {
        line("  %06x  <%s>%s".formatted(offset, symbol.shownName(), traits(symbol)));
      }
    }
  }

  private void relocations(Section section, long from, long to) {
    for (Relocation relocation : code.relocations()) {
      if (relocation.section() == section
          && relocation.offset() >= from
          && relocation.offset() < to) {
        line("    %06x  %s".formatted(relocation.offset(), relocation.target()));
      }
    }
  }

  private static String describe(Symbol symbol) {
    String what =
        switch (symbol.definition()) {
          case Symbol.Undefined undefined -> "undefined";
          case Symbol.Absolute absolute -> "= 0x" + Long.toHexString(absolute.value());
          case Symbol.Common common ->
              "common, %d bytes, aligned to %d".formatted(common.byteSize(), common.alignment());
          case Symbol.InSection place -> place.section().name() + "+" + place.offset();
        };
    return "<%s> %s, %s".formatted(symbol.shownName(), what, lower(symbol.binding()));
  }

  private static String traits(Symbol symbol) {
    String size = symbol.byteSize() == 0 ? "" : ", " + symbol.byteSize() + " bytes";
    return " %s, %s%s".formatted(lower(symbol.kind()), lower(symbol.binding()), size);
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
