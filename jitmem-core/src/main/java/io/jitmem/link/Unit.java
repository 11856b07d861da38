package io.jitmem.link;

import io.jitmem.code.MachineCode;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Some machine code while it is being linked. */
final class Unit {
  private final MachineCode code;
  private final Image image;
  private final List<Section> sections;
  private final long[] offsets;
  private final @Nullable Target[] targets;
  private boolean @Nullable [] discarded;

  Unit(MachineCode code, Image image) {
    this.code = code;
    this.image = image;
    sections = code.sections();
    offsets = new long[sections.size()];
    targets = new Target[code.symbols().size()];
  }

  /** What it is called where a name must not be empty. */
  String name() {
    return code.name().isEmpty() ? "code" : code.name();
  }

  MachineCode code() {
    return code;
  }

  Image image() {
    return image;
  }

  List<Section> sections() {
    return sections;
  }

  List<Relocation> relocations() {
    return code.relocations();
  }

  /** Leaves a section out, since another unit has it. */
  void discard(Section section) {
    boolean[] all = discarded;
    if (all == null) {
      all = new boolean[sections.size()];
      discarded = all;
    }
    all[section.index()] = true;
  }

  boolean isDiscarded(Section section) {
    return discarded != null && discarded[section.index()];
  }

  /** Says where a section lies in its region. */
  void place(Section section, long offset) {
    offsets[section.index()] = offset;
  }

  /** Where a section lies in its region. */
  long offset(Section section) {
    return offsets[section.index()];
  }

  long address(Section section) {
    return image.base(Region.of(section.kind())) + offset(section);
  }

  void resolve(Symbol symbol, Target target) {
    targets[symbol.index()] = target;
  }

  /** What a symbol stands for, or null if that was not asked yet. */
  @Nullable Target targetOrNull(Symbol symbol) {
    return targets[symbol.index()];
  }

  /** What a symbol stands for to which there are relocations. */
  Target target(Symbol symbol) {
    Target target = targets[symbol.index()];
    if (target == null) {
      throw new AssertionError("'" + symbol.name() + "' was not resolved");
    }
    return target;
  }

  /** Where it is entered, unless it has no code. */
  OptionalLong entry() {
    if (code.entry().isPresent()) {
      Target entry = own(code.entry().get());
      return Target.Special.DISCARDED.equals(entry)
          ? OptionalLong.empty()
          : OptionalLong.of(entry.address());
    }
    for (Section section : sections) {
      if (section.kind() == Section.Kind.CODE && section.byteSize() > 0 && !isDiscarded(section)) {
        return OptionalLong.of(address(section));
      }
    }
    return OptionalLong.empty();
  }

  /** Its functions, or all its code as one for each section. */
  List<Image.Named> functions() {
    List<Image.Named> functions = functions(symbol -> true);
    return functions.isEmpty() ? wholeCode() : functions;
  }

  /** Those of its functions that others may call by name. */
  List<Image.Named> exportedFunctions() {
    return functions(symbol -> symbol.binding() != Symbol.Binding.LOCAL);
  }

  private List<Image.Named> functions(Predicate<Symbol> wanted) {
    List<Image.Named> functions = new ArrayList<>();
    for (Symbol symbol : code.symbols()) {
      if (isFunction(symbol)
          && wanted.test(symbol)
          && symbol.definition() instanceof Symbol.InSection place) {
        functions.add(
            new Image.Named(
                symbol.name(), address(place.section()) + place.offset(), symbol.byteSize()));
      }
    }
    return functions;
  }

  private boolean isFunction(Symbol symbol) {
    return symbol.kind() == Symbol.Kind.FUNCTION
        && !symbol.name().isEmpty()
        && symbol.definition() instanceof Symbol.InSection place
        && place.section().kind() == Section.Kind.CODE
        && !isDiscarded(place.section());
  }

  private List<Image.Named> wholeCode() {
    List<Image.Named> all = new ArrayList<>();
    for (Section section : sections) {
      if (section.kind() == Section.Kind.CODE && section.byteSize() > 0 && !isDiscarded(section)) {
        all.add(new Image.Named(name(), address(section), section.byteSize()));
      }
    }
    return all;
  }

  /** Where its call frame information begins in the read-only region, or the largest number. */
  long framesOffset() {
    long first = Long.MAX_VALUE;
    for (Section section : sections) {
      if (section.kind() == Section.Kind.UNWIND
          && section.byteSize() > 0
          && !isDiscarded(section)) {
        first = Math.min(first, offset(section));
      }
    }
    return first;
  }

  /** What a definition in this unit stands for. */
  Target own(Symbol symbol) {
    if (symbol.definition() instanceof Symbol.InSection place) {
      Section section = place.section();
      return isDiscarded(section)
          ? Target.Special.DISCARDED
          : new Target.Placed(image, Region.of(section.kind()), offset(section) + place.offset());
    }
    if (symbol.definition() instanceof Symbol.Absolute fixed) {
      return new Target.Fixed(fixed.value());
    }
    throw new AssertionError(symbol + " is not defined here");
  }
}
