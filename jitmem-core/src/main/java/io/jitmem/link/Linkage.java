package io.jitmem.link;

import io.jitmem.code.MachineCode;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Machine code that is linked together: it may refer to each other's symbols, and to those that a
 * lookup finds. All of it is placed as one {@link Image}, or each by itself. Not thread-safe.
 */
public final class Linkage {
  private final Definitions definitions;
  private final List<Image> images;
  private final List<Unit> units;

  private Linkage(
      List<MachineCode> codes, Architecture architecture, SymbolLookup lookup, boolean together) {
    Encoder encoder = Encoder.of(architecture);
    definitions = new Definitions(lookup);
    images = new ArrayList<>(together ? 1 : codes.size());
    units = new ArrayList<>(codes.size());
    for (MachineCode code : codes) {
      requireArchitecture(code, architecture);
      if (images.isEmpty() || !together) {
        images.add(new Image(encoder));
      }
      Unit unit = new Unit(code, images.getLast());
      units.add(unit);
      images.getLast().add(unit);
    }
    discardGroups();
    units.forEach(definitions::add);
    images.forEach(Image::layOut);
    definitions.placeCommons();
    units.forEach(this::resolve);
    definitions.requireComplete();
    images.forEach(Image::takeTable);
  }

  /**
   * Lays out machine code as one image.
   *
   * @param codes what is linked, in the order in which it is placed
   * @param architecture the CPU that all of it is for
   * @param lookup finds what none of it defines
   * @throws IllegalArgumentException if some of it is for another CPU
   * @throws io.jitmem.code.LinkException if two define the same name, or nobody a name that is
   *     needed
   */
  public static Linkage together(
      List<MachineCode> codes, Architecture architecture, SymbolLookup lookup) {
    return new Linkage(codes, architecture, lookup, true);
  }

  /**
   * Lays out machine code as an image each.
   *
   * @param codes what is linked
   * @param architecture the CPU that all of it is for
   * @param lookup finds what none of it defines
   * @throws IllegalArgumentException if some of it is for another CPU
   * @throws io.jitmem.code.LinkException if two define the same name, or nobody a name that is
   *     needed
   */
  public static Linkage apart(
      List<MachineCode> codes, Architecture architecture, SymbolLookup lookup) {
    return new Linkage(codes, architecture, lookup, false);
  }

  private static void requireArchitecture(MachineCode code, Architecture expected) {
    if (code.architecture().isPresent() && code.architecture().get() != expected) {
      throw new IllegalArgumentException(
          code.name() + " is for " + code.architecture().get() + ", not for " + expected);
    }
  }

  /** Of the groups with one name, the first is kept. */
  private void discardGroups() {
    Map<String, Unit> keepers = new HashMap<>();
    for (Unit unit : units) {
      for (Section section : unit.sections()) {
        if (section.group().isPresent()
            && keepers.computeIfAbsent(section.group().get(), name -> unit) != unit) {
          unit.discard(section);
        }
      }
    }
  }

  private void resolve(Unit unit) {
    for (Relocation relocation : unit.relocations()) {
      if (!unit.isDiscarded(relocation.section())) {
        definitions.resolve(unit, relocation.symbol());
      }
    }
  }

  /** What is to be placed, in the order of the machine code. */
  public List<Image> images() {
    return images;
  }

  /** The image that the machine code with this index is in. */
  public Image imageOf(int index) {
    return units.get(index).image();
  }

  /** Where the machine code with this index is entered, unless it has no code; it was placed. */
  public OptionalLong entry(int index) {
    return units.get(index).entry();
  }

  /** The addresses of the names that the machine code with this index defines; it was placed. */
  public Map<String, Long> exports(int index) {
    return definitions.exports(units.get(index));
  }

  /** The addresses of all names that are defined here; all was placed. */
  public Map<String, Long> exports() {
    Map<String, Long> all = new HashMap<>();
    for (Unit unit : units) {
      all.putAll(definitions.exports(unit));
    }
    return all;
  }

  /** The index of the first relocation at a place or after it. */
  static int firstAt(List<Relocation> relocations, Section section, long offset) {
    int low = 0;
    int high = relocations.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      Relocation each = relocations.get(middle);
      int sections = Integer.compare(each.section().index(), section.index());
      if (sections < 0 || (sections == 0 && each.offset() < offset)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
