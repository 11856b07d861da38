package io.jitmem.code;

import io.jitmem.elf.Elf;
import io.jitmem.elf.ElfObject;
import io.jitmem.elf.ElfRelocation;
import io.jitmem.elf.ElfRelocations;
import io.jitmem.elf.ElfSection;
import io.jitmem.elf.FileBytes;
import io.jitmem.elf.FormatException;
import io.jitmem.elf.GnuProperties;
import io.jitmem.elf.RelocationNames;
import io.jitmem.virtmem.Architecture;
import java.util.function.Supplier;

/**
 * Makes machine code of an object file. What is not loaded of it is dropped, or refused by name.
 */
final class ElfTranslator {
  private static final int RISCV_FLOAT_ABI = 0x6;
  private static final int RISCV_DOUBLE = 0x4;
  private static final int RISCV_RVE = 0x8;

  /** What stands for no symbol at all. */
  private static final String NOTHING = "nothing";

  private final String file;
  private final ElfObject object;
  private final Architecture architecture;
  private final MachineCodeBuilder builder;
  private final ElfSections sections;
  private final ElfSymbols symbols;

  private ElfTranslator(String file, ElfObject object) {
    this.file = file;
    this.object = object;
    architecture = architecture();
    builder = MachineCode.builder(architecture).name(file);
    sections = new ElfSections(file, object, builder);
    symbols = new ElfSymbols(file, object, builder, sections);
  }

  /**
   * Translates a file.
   *
   * @throws ObjectFileException if it is damaged or not supported
   */
  static MachineCode translate(String file, FileBytes bytes) {
    ElfObject object = checked(file, () -> ElfObject.read(bytes));
    return new ElfTranslator(file, object).translate();
  }

  /** Reads something of a file, and says of which file it is wrong. */
  static <T> T checked(String file, Supplier<T> read) {
    try {
      return read.get();
    } catch (FormatException wrong) {
      throw new ObjectFileException(
          wrong.isDamaged()
              ? ObjectFileException.Problem.DAMAGED
              : ObjectFileException.Problem.UNSUPPORTED,
          wrong.fileOffset(),
          file + ": " + wrong.getMessage(),
          wrong);
    }
  }

  private MachineCode translate() {
    sections.add();
    symbols.addGlobals();
    for (ElfRelocations relocations : object.relocations()) {
      if (sections.isKept(relocations.target())) {
        relocate(relocations, sections.kept(relocations.target()));
      }
    }
    symbols.addNamedLocals();
    if (lacksLandingPads()) {
      builder.withoutLandingPads();
    }
    return builder.build();
  }

  private boolean lacksLandingPads() {
    return architecture == Architecture.AARCH64
        && object.sections().stream().anyMatch(ElfTranslator::isCode)
        && !checked(file, this::hasLandingPads);
  }

  private boolean hasLandingPads() {
    int bits = GnuProperties.bits(object, GnuProperties.AARCH64_FEATURE_1_AND);
    return (bits & GnuProperties.AARCH64_FEATURE_1_BTI) != 0;
  }

  private static boolean isCode(ElfSection section) {
    return section.has(Elf.SHF_ALLOC | Elf.SHF_EXECINSTR) && section.byteSize() > 0;
  }

  private Architecture architecture() {
    return switch (object.machine()) {
      case Elf.EM_X86_64 -> Architecture.X86_64;
      case Elf.EM_AARCH64 -> Architecture.AARCH64;
      default -> riscv();
    };
  }

  private Architecture riscv() {
    int flags = object.flags();
    if ((flags & RISCV_FLOAT_ABI) != RISCV_DOUBLE || (flags & RISCV_RVE) != 0) {
      throw ObjectFileException.unsupported(
          file, "e_flags 0x%x: it is not for the calling convention lp64d".formatted(flags));
    }
    return Architecture.RISCV64;
  }

  private void relocate(ElfRelocations relocations, Section section) {
    ElfSection target = object.section(relocations.target());
    if (!relocations.explicitAddends() && architecture != Architecture.X86_64) {
      throw ObjectFileException.unsupported(
          file, target.name() + " has relocations without addends (REL)");
    }
    for (ElfRelocation relocation : relocations.all()) {
      RelocationKind kind = kind(relocation, target);
      if (kind.byteSize() > 0) {
        requireInside(relocation, kind, target);
        long addend =
            relocations.explicitAddends()
                ? relocation.addend()
                : implicitAddend(target.bytes(), relocation.offset(), kind.byteSize());
        Symbol symbol = symbols.referred(relocation.symbol());
        long distance = addend + symbols.beyond(relocation.symbol());
        builder.relocate(new Relocation(section, relocation.offset(), kind, symbol, distance));
      }
    }
  }

  private RelocationKind kind(ElfRelocation relocation, ElfSection target) {
    return RelocationKind.of(architecture, relocation.type())
        .orElseThrow(() -> unknown(relocation, target));
  }

  private ObjectFileException unknown(ElfRelocation relocation, ElfSection target) {
    int type = relocation.type();
    String what =
        RelocationNames.isThreadLocal(object.machine(), type) ? "thread-local " : "unsupported ";
    String symbol =
        relocation.symbol() == 0 ? NOTHING : object.symbol(relocation.symbol()).toString();
    return ObjectFileException.unsupported(
        file,
        what
            + "relocation "
            + RelocationNames.of(object.machine(), type)
            + " of "
            + symbol
            + " at "
            + target.name()
            + "+0x"
            + Long.toHexString(relocation.offset()));
  }

  private void requireInside(ElfRelocation relocation, RelocationKind kind, ElfSection target) {
    long last = (long) target.bytes().byteSize() - kind.byteSize();
    if (relocation.offset() < 0 || relocation.offset() > last) {
      throw ObjectFileException.damaged(
          file,
          "relocation "
              + kind.elfName()
              + " at offset "
              + Long.toUnsignedString(relocation.offset())
              + " of "
              + target
              + ", which has "
              + target.bytes().byteSize()
              + " bytes");
    }
  }

  private static long implicitAddend(FileBytes bytes, long offset, int byteSize) {
    return switch (byteSize) {
      case 1 -> (byte) bytes.u8(offset);
      case 2 -> (short) bytes.u16(offset);
      case 4 -> bytes.s32(offset);
      default -> bytes.s64(offset);
    };
  }
}
