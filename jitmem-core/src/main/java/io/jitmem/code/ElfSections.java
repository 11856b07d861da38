package io.jitmem.code;

import io.jitmem.elf.Elf;
import io.jitmem.elf.ElfGroup;
import io.jitmem.elf.ElfObject;
import io.jitmem.elf.ElfSection;
import io.jitmem.elf.ElfSymbol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds the sections of an object file that a running program needs. */
final class ElfSections {
  private static final String INIT_ARRAY = ".init_array";
  private static final String SLIM = ".gnu.lto_.lto.";

  /** Of {@code struct lto_section} in gcc's {@code lto-streamer.h}: {@code slim_object}. */
  private static final int SLIM_FLAG = 4;

  private final String file;
  private final ElfObject object;
  private final MachineCodeBuilder builder;
  private final @Nullable Section[] kept;

  ElfSections(String file, ElfObject object, MachineCodeBuilder builder) {
    this.file = file;
    this.object = object;
    this.builder = builder;
    kept = new Section[object.sections().size() + 1];
  }

  void add() {
    object.sections().forEach(this::requireLoadable);
    @Nullable String[] groups = groups();
    for (ElfSection section : inOrderOfInitialisation()) {
      if (isNeeded(section)) {
        kept[section.index()] = builder.section(translate(section, groups[section.index()]));
      }
    }
  }

  boolean isKept(int index) {
    return kept[index] != null;
  }

  /** A section that is kept. */
  Section kept(int index) {
    Section section = kept[index];
    if (section == null) {
      throw ObjectFileException.unsupported(
          file, object.section(index) + " is referred to, but is none that is loaded");
    }
    return section;
  }

  private static boolean isNeeded(ElfSection section) {
    return section.has(Elf.SHF_ALLOC)
        && section.type() != Elf.SHT_NOTE
        && !(section.has(Elf.SHF_TLS) && section.byteSize() == 0);
  }

  /** {@code .init_array.N} come before {@code .init_array}, those with the smallest N first. */
  private List<ElfSection> inOrderOfInitialisation() {
    List<ElfSection> sections = new ArrayList<>(object.sections());
    sections.sort(Comparator.comparingLong(ElfSections::initialisation));
    return sections;
  }

  private static long initialisation(ElfSection section) {
    if (section.type() != Elf.SHT_INIT_ARRAY) {
      return -1;
    }
    String name = section.name();
    String number = name.startsWith(INIT_ARRAY + ".") ? name.substring(12) : "";
    boolean ranked =
        !number.isEmpty()
            && number.length() < 10
            && number.chars().allMatch(c -> c >= '0' && c <= '9');
    return ranked ? Long.parseLong(number) : Long.MAX_VALUE;
  }

  private void requireLoadable(ElfSection section) {
    switch (section.type()) {
      case Elf.SHT_CREL, Elf.SHT_RELR ->
          throw refused(section, "holds relocations in a compact form");
      case Elf.SHT_PREINIT_ARRAY, Elf.SHT_FINI_ARRAY -> requireEmpty(section);
      default -> {
        switch (section.name()) {
          case ".ctors", ".dtors", ".init", ".fini" -> requireEmpty(section);
          default -> {}
        }
      }
    }
    boolean slim =
        section.name().startsWith(SLIM)
            && section.bytes().byteSize() > SLIM_FLAG
            && section.bytes().u8(SLIM_FLAG) != 0;
    if (slim) {
      throw refused(
          section,
          "says that there is gcc's intermediate code only: compile without -flto, or with -ffat-lto-objects");
    }
  }

  private void requireEmpty(ElfSection section) {
    if (section.byteSize() > 0 && section.has(Elf.SHF_ALLOC)) {
      throw refused(section, "is to be run at the start or the end of a process");
    }
  }

  private Section translate(ElfSection section, @Nullable String group) {
    requireTranslatable(section);
    Section.Kind kind = kind(section);
    Section translated =
        kind == Section.Kind.ZERO
            ? Section.zero(section.byteSize())
            : Section.wrap(kind, section.bytes().toArray());
    translated = translated.withName(section.name()).withAlignment(section.alignment());
    return group == null ? translated : translated.withGroup(group);
  }

  private void requireTranslatable(ElfSection section) {
    if (section.has(Elf.SHF_TLS)) {
      throw refused(section, "is thread-local, of which a loaded object has none");
    }
    if (section.has(Elf.SHF_COMPRESSED)) {
      throw refused(section, "is compressed");
    }
    if (section.has(Elf.SHF_WRITE | Elf.SHF_EXECINSTR)) {
      throw refused(section, "is writable and executable");
    }
    if (section.alignment() > Section.MAX_ALIGNMENT) {
      throw refused(
          section, "is aligned to " + section.alignment() + ", above " + Section.MAX_ALIGNMENT);
    }
    if (section.byteSize() > Section.MAX_BYTE_SIZE) {
      throw refused(
          section, "has " + section.byteSize() + " bytes, above " + Section.MAX_BYTE_SIZE);
    }
  }

  private Section.Kind kind(ElfSection section) {
    return switch (section.type()) {
      case Elf.SHT_NOBITS -> zeros(section);
      case Elf.SHT_INIT_ARRAY -> initializers(section);
      case Elf.SHT_X86_64_UNWIND -> Section.Kind.UNWIND;
      case Elf.SHT_PROGBITS, Elf.SHT_PREINIT_ARRAY, Elf.SHT_FINI_ARRAY -> contents(section);
      default ->
          throw refused(
              section, "is of the unknown type " + Integer.toUnsignedString(section.type()));
    };
  }

  private Section.Kind zeros(ElfSection section) {
    if (section.has(Elf.SHF_EXECINSTR)) {
      throw refused(section, "is code without contents");
    }
    return Section.Kind.ZERO;
  }

  private Section.Kind initializers(ElfSection section) {
    if (section.byteSize() % Long.BYTES != 0) {
      throw ObjectFileException.damaged(
          file, section + " holds addresses of 8 bytes, but has " + section.byteSize());
    }
    return Section.Kind.INITIALIZERS;
  }

  /** {@code .data.rel.ro} holds constants with addresses: written by nobody but the linker. */
  private static Section.Kind contents(ElfSection section) {
    if (section.has(Elf.SHF_EXECINSTR)) {
      return Section.Kind.CODE;
    }
    if (section.name().equals(".eh_frame")) {
      return Section.Kind.UNWIND;
    }
    boolean written = section.has(Elf.SHF_WRITE) && !section.name().startsWith(".data.rel.ro");
    return written ? Section.Kind.DATA : Section.Kind.READ_ONLY;
  }

  private @Nullable String[] groups() {
    @Nullable String[] groups = new String[object.sections().size() + 1];
    for (ElfGroup group : object.groups()) {
      if (group.comdat()) {
        for (int member : group.members()) {
          groups[member] = name(group);
        }
      }
    }
    return groups;
  }

  /** A group may be named by the symbol of a section, which has that section's name. */
  private String name(ElfGroup group) {
    ElfSymbol signature = group.signature();
    return signature.type() == Elf.STT_SECTION && signature.section() != 0
        ? object.section(signature.section()).name()
        : signature.name();
  }

  private ObjectFileException refused(ElfSection section, String why) {
    return ObjectFileException.unsupported(file, section + " " + why);
  }
}
