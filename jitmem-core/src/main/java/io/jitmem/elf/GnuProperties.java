package io.jitmem.elf;

/**
 * What the compiler says of a whole object in its section {@code .note.gnu.property}: bits that
 * hold only if they hold for everything that is linked together.
 */
public final class GnuProperties {
  /** The property of AArch64's features, and the bit of landing pads. */
  public static final int AARCH64_FEATURE_1_AND = 0xc0000000;

  public static final int AARCH64_FEATURE_1_BTI = 1;

  private static final String SECTION = ".note.gnu.property";
  private static final String OWNER = "GNU\0";
  private static final int TYPE_0 = 5;

  /** Of a note before its owner: the sizes of owner and contents, and the type. */
  private static final int HEADER = 12;

  /** Of a property before its value: type and size. */
  private static final int PROPERTY_HEADER = 8;

  private GnuProperties() {}

  /**
   * The bits of a property.
   *
   * @param type which, as {@code GNU_PROPERTY_*}
   * @return its bits; 0 if the object does not have it
   * @throws FormatException if a note ends before what it announces
   */
  public static int bits(ElfObject object, int type) {
    int bits = 0;
    for (ElfSection section : object.sections()) {
      if (section.type() == Elf.SHT_NOTE && section.name().equals(SECTION)) {
        bits |= ofNotes(section.bytes(), type);
      }
    }
    return bits;
  }

  private static int ofNotes(FileBytes notes, int type) {
    int bits = 0;
    long at = 0;
    while (at < notes.byteSize()) {
      long contents = at + HEADER + padded(notes.u32(at), Integer.BYTES);
      FileBytes values = notes.slice(contents, notes.u32(at + 4));
      if (notes.u32(at + 8) == TYPE_0 && notes.slice(at + HEADER, 4).startsWith(OWNER)) {
        bits |= ofProperties(values, type);
      }
      at = contents + padded(values.byteSize(), Long.BYTES);
    }
    return bits;
  }

  private static int ofProperties(FileBytes values, int type) {
    int bits = 0;
    long at = 0;
    while (at < values.byteSize()) {
      long byteSize = values.u32(at + 4);
      FileBytes value = values.slice(at + PROPERTY_HEADER, byteSize);
      if (values.s32(at) == type) {
        bits |= value.s32(0);
      }
      at += PROPERTY_HEADER + padded(byteSize, Long.BYTES);
    }
    return bits;
  }

  private static long padded(long byteSize, int alignment) {
    return (byteSize + alignment - 1) & -alignment;
  }
}
