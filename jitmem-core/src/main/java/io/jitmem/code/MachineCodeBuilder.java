package io.jitmem.code;

import io.jitmem.virtmem.Architecture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@link MachineCode} together: sections first, then symbols, which may lie in them, then
 * relocations, which refer to both. Everything is checked when it is added. Not thread-safe.
 */
public final class MachineCodeBuilder {
  static final String DEFAULT_NAME = "code";

  private static final Comparator<Relocation> BY_PLACE =
      Comparator.comparingInt((Relocation each) -> each.section().index())
          .thenComparingLong(Relocation::offset);

  private final Architecture architecture;
  private final List<Section> sections = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final List<Relocation> relocations = new ArrayList<>();
  private final Set<String> definedNames = new HashSet<>();
  private String name = DEFAULT_NAME;
  private @Nullable Symbol entry;
  private boolean lacksLandingPads;

  MachineCodeBuilder(Architecture architecture) {
    this.architecture = Objects.requireNonNull(architecture, "architecture");
  }

  /**
   * Says what messages shall call it.
   *
   * @param name any name, such as that of a file
   * @return this builder
   */
  public MachineCodeBuilder name(String name) {
    this.name = Objects.requireNonNull(name, "name");
    return this;
  }

  /**
   * Adds a section.
   *
   * @param section the section
   * @return the section to refer to from now on
   */
  public Section section(Section section) {
    Section added = section.bound(sections.size());
    sections.add(added);
    return added;
  }

  /**
   * Adds a symbol.
   *
   * @param symbol the symbol
   * @return the symbol to refer to from now on
   * @throws IllegalArgumentException if it lies in no section of this builder, or past its end, or
   *     its name is taken by another one that is global or weak and not undefined
   */
  public Symbol symbol(Symbol symbol) {
    if (symbol.definition() instanceof Symbol.InSection place) {
      requireInside(symbol, place);
    }
    boolean shared = symbol.binding() != Symbol.Binding.LOCAL && symbol.isDefined();
    if (shared && !definedNames.add(symbol.name())) {
      throw new IllegalArgumentException(name + " defines symbol '" + symbol.name() + "' twice");
    }
    Symbol added = symbol.bound(symbols.size());
    symbols.add(added);
    return added;
  }

  /**
   * Adds a global symbol in a section: a function if that is code, else an object.
   *
   * @param symbolName its name
   * @param section a section that this builder answered
   * @param offset in bytes from its start, 0 to its size
   * @return the symbol to refer to
   * @throws IllegalArgumentException as in {@link #symbol}
   */
  public Symbol define(String symbolName, Section section, long offset) {
    return symbol(Symbol.defined(symbolName, section, offset));
  }

  /**
   * Adds a symbol that is defined elsewhere.
   *
   * @param symbolName its name
   * @return the symbol to refer to
   * @throws IllegalArgumentException if the name is empty
   */
  public Symbol undefined(String symbolName) {
    return symbol(Symbol.undefined(symbolName));
  }

  /**
   * Adds a relocation.
   *
   * @param relocation what is to be changed; its section and symbol as this builder answered them
   * @return this builder
   * @throws IllegalArgumentException if the section or the symbol is not this builder's, the kind
   *     is another CPU's, or the place is not within the bytes of the section
   */
  public MachineCodeBuilder relocate(Relocation relocation) {
    requireOwn(relocation.section());
    requireOwn(relocation.symbol());
    if (relocation.kind().architecture() != architecture) {
      throw new IllegalArgumentException(
          relocation + " is of " + relocation.kind().architecture() + ", not " + architecture);
    }
    long end = relocation.section().bytes().byteSize() - relocation.kind().byteSize();
    if (relocation.offset() < 0 || relocation.offset() > end) {
      throw new IllegalArgumentException(
          relocation
              + " is not within the section's "
              + relocation.section().byteSize()
              + " bytes");
    }
    relocations.add(relocation);
    return this;
  }

  /**
   * Says where the code is entered. Without it, that is the start of the first section of code that
   * is not empty.
   *
   * @param symbol a symbol that this builder answered, in a section of code
   * @return this builder
   * @throws IllegalArgumentException if it is no such symbol
   */
  public MachineCodeBuilder entry(Symbol symbol) {
    requireOwn(symbol);
    if (!(symbol.definition() instanceof Symbol.InSection place)
        || place.section().kind() != Section.Kind.CODE) {
      throw new IllegalArgumentException("'" + symbol.name() + "' is not in a section of code");
    }
    entry = symbol;
    return this;
  }

  /**
   * Says that functions do not begin with landing pads, so that an allocator with {@linkplain
   * io.jitmem.allocator.JitAllocatorBuilder#guardedBranches guarded branches} refuses the code,
   * where the process would end at its first call.
   *
   * @return this builder
   */
  public MachineCodeBuilder withoutLandingPads() {
    lacksLandingPads = true;
    return this;
  }

  /**
   * What was put together. The builder can be used on; what it adds later is not part of it.
   *
   * @return the machine code
   */
  public MachineCode build() {
    List<Relocation> sorted = new ArrayList<>(relocations);
    sorted.sort(BY_PLACE);
    return new MachineCode(
        new MachineCode.Contents(
            name,
            architecture,
            List.copyOf(sections),
            List.copyOf(symbols),
            List.copyOf(sorted),
            entry,
            lacksLandingPads));
  }

  private void requireInside(Symbol symbol, Symbol.InSection place) {
    requireOwn(place.section());
    if (place.offset() < 0 || place.offset() > place.section().byteSize()) {
      throw new IllegalArgumentException(
          "symbol '%s' at offset %d is not within the %d bytes of %s"
              .formatted(
                  symbol.name(),
                  place.offset(),
                  place.section().byteSize(),
                  place.section().name()));
    }
  }

  private void requireOwn(Section section) {
    if (section.index() < 0
        || section.index() >= sections.size()
        || sections.get(section.index()) != section) {
      throw new IllegalArgumentException(
          section + " is not one that this builder answered: add it by section() first");
    }
  }

  private void requireOwn(Symbol symbol) {
    if (symbol.index() < 0
        || symbol.index() >= symbols.size()
        || !symbols.get(symbol.index()).equals(symbol)) {
      throw new IllegalArgumentException(
          "symbol '"
              + symbol.name()
              + "' is not one that this builder answered: add it by symbol() first");
    }
  }
}
