package io.jitmem.observe;

/**
 * A named part of published code.
 *
 * @param name the name as it is to be shown, not empty
 * @param offset where it begins, in bytes from the start of the code, 0 or more
 * @param byteSize how long it is, in bytes; 0 if that is not known: then up to the next symbol
 */
public record CodeSymbol(String name, long offset, long byteSize) {
  /**
   * A symbol.
   *
   * @throws IllegalArgumentException if the name is empty, or a number is negative
   */
  public CodeSymbol {
    if (name.isEmpty() || offset < 0 || byteSize < 0) {
      throw new IllegalArgumentException(
          "no symbol '%s' of %d bytes at offset %d".formatted(name, byteSize, offset));
    }
  }
}
