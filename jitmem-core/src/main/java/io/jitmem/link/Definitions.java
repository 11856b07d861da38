package io.jitmem.link;

import io.jitmem.code.LinkException;
import io.jitmem.code.Symbol;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the names stand for of what is linked together. A global definition goes before a common
 * one, that before a weak one, and the first of two weak ones before the second.
 */
final class Definitions {
  /** What gcc and clang call the address table in code that computes its address. */
  private static final String TABLE_NAME = "_GLOBAL_OFFSET_TABLE_";

  private static final int SHOWN_NAMES = 20;

  private final SymbolLookup lookup;
  private final Map<String, Definition> byName = new HashMap<>();
  private final Map<String, Target> found = new HashMap<>();
  private final List<Definition> commons = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  Definitions(SymbolLookup lookup) {
    this.lookup = lookup;
  }

  /** Takes in what a unit defines for others. Its discarded sections are known. */
  void add(Unit unit) {
    for (Symbol symbol : unit.code().symbols()) {
      if (symbol.binding() != Symbol.Binding.LOCAL
          && symbol.isDefined()
          && !isDiscarded(unit, symbol)) {
        add(new Definition(unit, symbol));
      }
    }
  }

  private static boolean isDiscarded(Unit unit, Symbol symbol) {
    return symbol.definition() instanceof Symbol.InSection place
        && unit.isDiscarded(place.section());
  }

  private void add(Definition added) {
    Definition known = byName.putIfAbsent(added.name(), added);
    if (known == null || added.strength() > known.strength()) {
      byName.put(added.name(), added);
      if (added.isCommon()) {
        commons.add(added);
      }
    } else if (added.strength() == known.strength()) {
      known.meet(added);
    }
  }

  /** Gives each common variable that is left a place. */
  void placeCommons() {
    for (Definition common : commons) {
      if (byName.get(common.name()) == common) {
        common.takePlace();
      }
    }
  }

  /** Finds out what a symbol stands for to which a unit refers. */
  Target resolve(Unit unit, Symbol symbol) {
    Target known = unit.targetOrNull(symbol);
    if (known == null) {
      known = find(unit, symbol);
      unit.resolve(symbol, known);
    }
    return known;
  }

  private Target find(Unit unit, Symbol symbol) {
    if (symbol.binding() == Symbol.Binding.LOCAL) {
      return unit.own(symbol);
    }
    Definition inside = byName.get(symbol.name());
    if (inside != null) {
      return inside.target();
    }
    Target outside = found.get(symbol.name());
    return outside != null ? outside : lookUp(symbol);
  }

  private Target lookUp(Symbol symbol) {
    Optional<MemorySegment> address = lookup.find(symbol.name());
    if (address.isEmpty()) {
      return missing(symbol);
    }
    Target target = new Target.Fixed(address.get().address());
    found.put(symbol.name(), target);
    return target;
  }

  private Target missing(Symbol symbol) {
    if (symbol.name().equals(TABLE_NAME)) {
      return Target.Special.TABLE;
    }
    if (symbol.binding() == Symbol.Binding.WEAK) {
      return Target.Special.NOTHING;
    }
    if (!missing.contains(symbol.name())) {
      missing.add(symbol.name());
    }
    return Target.Special.NOTHING;
  }

  /**
   * Refuses names that nobody defines.
   *
   * @throws LinkException with the names
   */
  void requireComplete() {
    if (missing.isEmpty()) {
      return;
    }
    String names = String.join(", ", missing.subList(0, Math.min(SHOWN_NAMES, missing.size())));
    String more =
        missing.size() > SHOWN_NAMES ? " and " + (missing.size() - SHOWN_NAMES) + " more" : "";
    throw new LinkException(
        "nobody defines "
            + names
            + more
            + ": neither what is linked together nor the lookup that was given");
  }

  /** The addresses of the names that a unit defines for others; it has been placed. */
  Map<String, Long> exports(Unit unit) {
    Map<String, Long> exports = Map.of();
    for (Symbol symbol : unit.code().symbols()) {
      Definition known =
          symbol.binding() == Symbol.Binding.LOCAL ? null : byName.get(symbol.name());
      if (known != null && known.unit() == unit) {
        exports = exports.isEmpty() ? new HashMap<>() : exports;
        exports.put(symbol.name(), known.target().address());
      }
    }
    return exports;
  }

  /** A name that a unit defines for others. */
  private static final class Definition {
    private final Unit unit;
    private final Symbol symbol;
    private long byteSize;
    private long alignment;
    private long offset;

    Definition(Unit unit, Symbol symbol) {
      this.unit = unit;
      this.symbol = symbol;
      if (symbol.definition() instanceof Symbol.Common common) {
        byteSize = common.byteSize();
        alignment = common.alignment();
      }
    }

    Unit unit() {
      return unit;
    }

    String name() {
      return symbol.name();
    }

    boolean isCommon() {
      return symbol.definition() instanceof Symbol.Common;
    }

    int strength() {
      return isCommon() ? 2 : symbol.binding() == Symbol.Binding.WEAK ? 1 : 3;
    }

    /** Meets another one that is as strong. */
    void meet(Definition other) {
      if (isCommon()) {
        byteSize = Math.max(byteSize, other.byteSize);
        alignment = Math.max(alignment, other.alignment);
      } else if (symbol.binding() != Symbol.Binding.WEAK) {
        throw new LinkException(
            "'%s' is defined twice, by %s and by %s"
                .formatted(name(), unit.code().name(), other.unit.code().name()));
      }
    }

    void takePlace() {
      offset = unit.image().takeZeros(byteSize, alignment);
    }

    Target target() {
      return isCommon()
          ? new Target.Placed(unit.image(), Region.WRITABLE, offset)
          : unit.own(symbol);
    }
  }
}
