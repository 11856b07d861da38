package io.jitmem.runtime;

import io.jitmem.allocator.Span;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Code where it is executed.
 *
 * @param span the memory that it is in
 * @param entry the address where it is entered
 * @param symbols the addresses of what it defines for others
 */
record LoadedCode(Span span, long entry, Map<String, Long> symbols) {
  /** Code that is entered at its first byte and defines nothing. */
  static LoadedCode plain(Span span) {
    return new LoadedCode(span, span.address(), Map.of());
  }

  MemorySegment requireSymbol(String name, Tenure tenure) {
    tenure.lifetime().requireOpen();
    return tenure.target(requireAddress(symbols, name));
  }

  /** The symbols for somebody else's linker; what is found keeps the code as a handle does. */
  SymbolLookup lookup(Tenure tenure) {
    return lookup(symbols, tenure);
  }

  static SymbolLookup lookup(Map<String, Long> symbols, Tenure tenure) {
    return name -> {
      tenure.lifetime().requireOpen();
      return Optional.ofNullable(symbols.get(name)).map(tenure::target);
    };
  }

  static long requireAddress(Map<String, Long> symbols, String name) {
    Long address = symbols.get(name);
    if (address == null) {
      throw new IllegalArgumentException(
          "there is no symbol '" + name + "' here; there are " + new TreeSet<>(symbols.keySet()));
    }
    return address;
  }
}
