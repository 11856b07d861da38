package io.jitmem.code;

import java.util.Objects;

/**
 * A place in a section that depends on where something is put. Made by {@link
 * MachineCodeBuilder#relocate}.
 *
 * @param section the section to be changed
 * @param offset where in it, in bytes from its start
 * @param kind what is computed, and how it is encoded there
 * @param symbol whose address is meant
 * @param addend what is added to that
 */
public record Relocation(
    Section section, long offset, RelocationKind kind, Symbol symbol, long addend) {
  /** Checks for null. */
  public Relocation {
    Objects.requireNonNull(section, "section");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(symbol, "symbol");
  }

  /** The place, the kind and the symbol, as in {@code .text+0x12: R_X86_64_PC32 puts-4}. */
  @Override
  public String toString() {
    return section.name() + "+0x" + Long.toHexString(offset) + ": " + target();
  }

  String target() {
    String sum = addend == 0 ? "" : addend > 0 ? "+" + addend : "" + addend;
    return kind.elfName() + " " + symbol.shownName() + sum;
  }
}
