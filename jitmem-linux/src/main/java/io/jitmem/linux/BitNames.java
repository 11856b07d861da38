package io.jitmem.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What the bits of a word stand for.
 *
 * @param bits the lowest bit first; those without a meaning for us have no names
 */
record BitNames(List<Bit> bits) {
  /**
   * A bit.
   *
   * @param header the end of its name in the kernel's header
   * @param features the features' names
   */
  record Bit(String header, List<String> features) {
    private static Bit of(String text) {
      int equals = text.indexOf('=');
      return equals < 0
          ? new Bit(text, List.of(text))
          : new Bit(text.substring(0, equals), names(text.substring(equals + 1)));
    }

    private static List<String> names(String list) {
      return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
    }
  }

  /**
   * Reads a table.
   *
   * @param text the bits with blanks between: {@code HEADER} if the feature is called so, too,
   *     {@code HEADER=NAME,NAME} if not, {@code HEADER=} if it is no feature of instructions
   */
  static BitNames of(String text) {
    List<Bit> bits = new ArrayList<>();
    for (String bit : text.strip().split("\\s+", -1)) {
      bits.add(Bit.of(bit));
    }
    return new BitNames(List.copyOf(bits));
  }

  /** Adds what the bits of a word stand for. */
  void addTo(Set<String> names, long word) {
    for (int i = 0; i < bits.size(); i++) {
      if ((word >>> i & 1) != 0) {
        names.addAll(bits.get(i).features());
      }
    }
  }
}
