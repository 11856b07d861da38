package io.jitmem.observe.perf;

import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The functions of code with sizes that are known, by ascending offset. */
final class NamedRanges {
  private NamedRanges() {}

  /** Without those of no bytes: perf could not show them. */
  static List<CodeSymbol> of(PublishedCode code) {
    List<CodeSymbol> named = code.functions();
    if (named.size() > 1) {
      named = new ArrayList<>(named);
      named.sort(Comparator.comparingLong(CodeSymbol::offset));
    }
    List<CodeSymbol> sized = new ArrayList<>(named.size());
    long end = code.range().byteSize();
    for (int i = 0; i < named.size(); i++) {
      CodeSymbol symbol = named.get(i);
      long next = i + 1 < named.size() ? Math.min(end, named.get(i + 1).offset()) : end;
      long known = symbol.byteSize() == 0 ? next : symbol.offset() + symbol.byteSize();
      long size = Math.min(end, known) - symbol.offset();
      if (size > 0) {
        sized.add(new CodeSymbol(symbol.name(), symbol.offset(), size));
      }
    }
    return sized;
  }

  /** A name without what would end its line, or, as NUL does, the name. */
  static String oneLine(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return replaced(name);
      }
    }
    return name;
  }

  private static String replaced(String name) {
    StringBuilder plain = new StringBuilder(name);
    for (int i = 0; i < plain.length(); i++) {
      if (Character.isISOControl(plain.charAt(i))) {
        plain.setCharAt(i, '?');
      }
    }
    return plain.toString();
  }
}
