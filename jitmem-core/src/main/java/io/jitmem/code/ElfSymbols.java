package io.jitmem.code;

import io.jitmem.code.Symbol.Binding;
import io.jitmem.code.Symbol.Definition;
import io.jitmem.elf.Elf;
import io.jitmem.elf.ElfObject;
import io.jitmem.elf.ElfSymbol;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds the symbols of an object file: what it defines for others, what relocations refer to, and
 * its own functions and variables, so that tools can name them.
 */
final class ElfSymbols {
  private static final int UNBOUND = -1;
  private static final String LTO_SLIM = "__gnu_lto_slim";

  private final String file;
  private final ElfObject object;
  private final MachineCodeBuilder builder;
  private final ElfSections sections;
  private final @Nullable Symbol[] added;
  private final Set<String> defined = new HashSet<>();

  ElfSymbols(String file, ElfObject object, MachineCodeBuilder builder, ElfSections sections) {
    this.file = file;
    this.object = object;
    this.builder = builder;
    this.sections = sections;
    added = new Symbol[object.symbols().size() + 1];
  }

  /** Adds what others can refer to. */
  void addGlobals() {
    for (ElfSymbol symbol : object.symbols()) {
      if (symbol.name().equals(LTO_SLIM)) {
        throw refused(symbol, "says that there is gcc's intermediate code only (-flto)");
      }
      if (symbol.isDefined() && isThreadLocal(symbol)) {
        throw refused(symbol, "is thread-local, of which a loaded object has none");
      }
      if (!symbol.isLocal() && symbol.isDefined() && !isInDroppedSection(symbol)) {
        referred(symbol.index());
      }
    }
  }

  /** Adds functions and variables that only this object knows. */
  void addNamedLocals() {
    for (ElfSymbol symbol : object.symbols()) {
      boolean named = symbol.type() == Elf.STT_FUNC || symbol.type() == Elf.STT_OBJECT;
      if (named && symbol.isLocal() && symbol.section() != 0 && !isInDroppedSection(symbol)) {
        referred(symbol.index());
      }
    }
  }

  /** The symbol of a number, which is added if it was not yet; 0 stands for the address 0. */
  Symbol referred(int index) {
    Symbol symbol = added[index];
    if (symbol == null) {
      symbol = builder.symbol(index == 0 ? addressZero() : translate(object.symbol(index)));
      added[index] = symbol;
    }
    return symbol;
  }

  private boolean isInDroppedSection(ElfSymbol symbol) {
    return symbol.section() != 0 && !sections.isKept(symbol.section());
  }

  private static boolean isThreadLocal(ElfSymbol symbol) {
    return symbol.type() == Elf.STT_TLS;
  }

  private Symbol translate(ElfSymbol symbol) {
    if (isThreadLocal(symbol)) {
      throw refused(symbol, "is thread-local, and cannot be reached from a loaded object");
    }
    if (symbol.type() == Elf.STT_GNU_IFUNC) {
      throw refused(symbol, "is an ifunc: its address is that of a function which chooses another");
    }
    if (symbol.byteSize() < 0) {
      throw damaged(symbol, "has " + Long.toUnsignedString(symbol.byteSize()) + " bytes");
    }
    Binding binding = binding(symbol);
    if (binding != Binding.LOCAL) {
      requireName(symbol);
    }
    return new Symbol(
        UNBOUND, symbol.name(), definition(symbol), kind(symbol), binding, symbol.byteSize());
  }

  /** What relocations mean that name no symbol. */
  private static Symbol addressZero() {
    Definition zero = new Symbol.Absolute(0);
    return new Symbol(UNBOUND, "", zero, Symbol.Kind.NONE, Binding.LOCAL, 0);
  }

  private Definition definition(ElfSymbol symbol) {
    return switch (symbol.place()) {
      case SECTION -> place(symbol);
      case ABSOLUTE -> new Symbol.Absolute(symbol.value());
      case UNDEFINED -> elsewhere(symbol, new Symbol.Undefined());
      case COMMON -> elsewhere(symbol, common(symbol));
      case OTHER -> throw refused(symbol, "lies in a place that only its CPU or system knows");
    };
  }

  /**
   * How far behind the end of its section a symbol lies, which is to be added to what refers to it:
   * compilers set anchors there, from which they reach back to what the section holds (gcc for
   * RISC-V at every 4096 bytes). The symbol itself is put at the end.
   */
  long beyond(int index) {
    if (index == 0) {
      return 0;
    }
    ElfSymbol symbol = object.symbol(index);
    boolean kept = symbol.section() != 0 && sections.isKept(symbol.section());
    return kept && isAnchor(symbol)
        ? Math.max(0, symbol.value() - sections.kept(symbol.section()).byteSize())
        : 0;
  }

  private static boolean isAnchor(ElfSymbol symbol) {
    return symbol.isLocal()
        && symbol.type() == Elf.STT_NOTYPE
        && symbol.byteSize() == 0
        && symbol.value() >= 0
        && symbol.value() <= Section.MAX_BYTE_SIZE;
  }

  private Definition place(ElfSymbol symbol) {
    Section section = sections.kept(symbol.section());
    if (isAnchor(symbol)) {
      return new Symbol.InSection(section, Math.min(symbol.value(), section.byteSize()));
    }
    if (symbol.value() < 0 || symbol.value() > section.byteSize()) {
      throw damaged(
          symbol,
          "lies at "
              + Long.toUnsignedString(symbol.value())
              + " of "
              + object.section(symbol.section())
              + ", which has "
              + section.byteSize()
              + " bytes");
    }
    return new Symbol.InSection(section, symbol.value());
  }

  private Definition elsewhere(ElfSymbol symbol, Definition definition) {
    if (symbol.isLocal()) {
      throw damaged(symbol, "is local, but not defined");
    }
    return definition;
  }

  /** The value of a common symbol is its alignment. */
  private Definition common(ElfSymbol symbol) {
    long alignment = Math.max(1, symbol.value());
    long byteSize = Math.max(1, symbol.byteSize());
    boolean possible = Long.bitCount(alignment) == 1 && alignment <= Section.MAX_ALIGNMENT;
    if (!possible || byteSize > Section.MAX_BYTE_SIZE) {
      throw refused(
          symbol,
          "is common, with %d bytes aligned to %s; possible are %d bytes and a power of two up to %d"
              .formatted(
                  byteSize,
                  Long.toUnsignedString(symbol.value()),
                  Section.MAX_BYTE_SIZE,
                  Section.MAX_ALIGNMENT));
    }
    return new Symbol.Common(byteSize, alignment);
  }

  private static Symbol.Kind kind(ElfSymbol symbol) {
    return switch (symbol.type()) {
      case Elf.STT_FUNC -> Symbol.Kind.FUNCTION;
      case Elf.STT_OBJECT, Elf.STT_COMMON -> Symbol.Kind.OBJECT;
      case Elf.STT_SECTION -> Symbol.Kind.SECTION;
      default -> Symbol.Kind.NONE;
    };
  }

  /** What is unique to the process is unique to what is linked together: the first is taken. */
  private Binding binding(ElfSymbol symbol) {
    return switch (symbol.binding()) {
      case Elf.STB_LOCAL -> Binding.LOCAL;
      case Elf.STB_GLOBAL -> Binding.GLOBAL;
      case Elf.STB_WEAK, Elf.STB_GNU_UNIQUE -> Binding.WEAK;
      default -> throw refused(symbol, "has the unknown binding " + symbol.binding());
    };
  }

  private void requireName(ElfSymbol symbol) {
    if (symbol.name().isEmpty()) {
      throw damaged(symbol, "has no name, although it is not local");
    }
    if (symbol.isDefined() && !defined.add(symbol.name())) {
      throw damaged(symbol, "is defined twice");
    }
  }

  private ObjectFileException refused(ElfSymbol symbol, String why) {
    return ObjectFileException.unsupported(file, symbol + " " + why);
  }

  private ObjectFileException damaged(ElfSymbol symbol, String why) {
    return ObjectFileException.damaged(file, symbol + " " + why);
  }
}
