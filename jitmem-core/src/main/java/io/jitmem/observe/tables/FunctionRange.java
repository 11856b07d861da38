package io.jitmem.observe.tables;

import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A function of published code, from its offset there, with a size that is known. */
public record FunctionRange(String name, long offset, long byteSize) {
  /**
   * The functions of code by ascending offset. One without a size ends where the next one begins.
   *
   * @throws IllegalArgumentException if a symbol is not in the code
   */
  public static List<FunctionRange> of(PublishedCode code) {
    List<CodeSymbol> symbols = new ArrayList<>(code.functions());
    symbols.sort(Comparator.comparingLong(CodeSymbol::offset));
    List<FunctionRange> functions = new ArrayList<>(symbols.size());
    long end = code.range().byteSize();
    for (int i = symbols.size() - 1; i >= 0; i--) {
      CodeSymbol symbol = symbols.get(i);
      requireInside(symbol, code);
      long size = symbol.byteSize() > 0 ? symbol.byteSize() : end - symbol.offset();
      functions.add(new FunctionRange(symbol.name(), symbol.offset(), size));
      // Two names of one place have the same size.
      end = i > 0 && symbols.get(i - 1).offset() == symbol.offset() ? end : symbol.offset();
    }
    return functions.reversed();
  }

  private static void requireInside(CodeSymbol symbol, PublishedCode code) {
    long all = code.range().byteSize();
    if (symbol.offset() >= all || symbol.byteSize() > all - symbol.offset()) {
      throw new IllegalArgumentException(
          "%s is not within the %d bytes of '%s'"
              .formatted(symbol, all, code.description().name()));
    }
  }
}
