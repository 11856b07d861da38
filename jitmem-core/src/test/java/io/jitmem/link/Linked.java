package io.jitmem.link;

import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationKind;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Links for addresses at which nothing is. */
final class Linked {
  /** Where code lies if nothing else is said: a page, with room for 4 GiB on both sides. */
  static final long CODE = 0x4000_0000_0000L;

  static final long READ_ONLY = CODE + 0x10_0000;
  static final long WRITABLE = CODE + 0x20_0000;

  private Linked() {}

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** What becomes of bytes at {@link #CODE} that refer at an offset to a symbol at an address. */
  static String relocate(String bytes, long offset, RelocationKind kind, long symbol, long addend) {
    return hex(code(image(unit(bytes, offset, kind, addend), at(symbol))));
  }

  /** Code with one relocation, to the symbol {@code s}. */
  static MachineCode unit(String bytes, long offset, RelocationKind kind, long addend) {
    MachineCodeBuilder builder = MachineCode.builder(kind.architecture());
    Section text = builder.section(Section.code(hex(bytes)));
    Symbol symbol = builder.undefined("s");
    return builder.relocate(new Relocation(text, offset, kind, symbol, addend)).build();
  }

  /** Finds every name at one address. */
  static SymbolLookup at(long address) {
    return name -> Optional.of(MemorySegment.ofAddress(address));
  }

  static SymbolLookup nothing() {
    return name -> Optional.empty();
  }

  static Image image(MachineCode code, SymbolLookup lookup) {
    return linkage(List.of(code), lookup).images().getFirst();
  }

  /** Links to one image, at the addresses above, and relocates. */
  static Linkage linkage(List<MachineCode> codes, SymbolLookup lookup) {
    Linkage linkage =
        Linkage.together(codes, codes.getFirst().architecture().orElseThrow(), lookup);
    place(linkage.images().getFirst(), CODE);
    linkage.images().getFirst().relocate();
    return linkage;
  }

  static void place(Image image, long code) {
    image.placeAt(Region.CODE, code);
    image.placeAt(Region.READ_ONLY, code - CODE + READ_ONLY);
    image.placeAt(Region.WRITABLE, code - CODE + WRITABLE);
  }

  static byte[] code(Image image) {
    return contents(image, Region.CODE);
  }

  static byte[] contents(Image image, Region region) {
    return image.contents(region).toArray(ValueLayout.JAVA_BYTE);
  }
}
