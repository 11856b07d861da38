package io.jitmem.observe;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of code besides its bytes.
 *
 * @param name what to call it as a whole, not empty
 * @param symbols its parts that have names, in any order; without any it is one function of that
 *     name
 * @param lines where it comes from, by ascending offset; may be empty
 * @param frames where its {@code .eh_frame} is in memory, complete and relocated, readable as long
 *     as the code lives, and ended by a word of zero; its first byte is the first record's. Empty
 *     if it has none
 */
public record CodeDescription(
    String name, List<CodeSymbol> symbols, List<CodeLine> lines, Optional<CodeRange> frames) {
  /**
   * A description.
   *
   * @throws IllegalArgumentException if the name is empty
   */
  public CodeDescription {
    Objects.requireNonNull(frames, "frames");
    symbols = List.copyOf(symbols);
    lines = List.copyOf(lines);
    if (name.isEmpty()) {
      throw new IllegalArgumentException("code is described by a name that is not empty");
    }
  }

  /**
   * One function of which nothing but the name is known.
   *
   * @param name the name, not empty
   * @return the description
   * @throws IllegalArgumentException if the name is empty
   */
  public static CodeDescription of(String name) {
    return new CodeDescription(name, List.of(), List.of(), Optional.empty());
  }
}
