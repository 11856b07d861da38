package io.jitmem.observe;

import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Code that can be executed from now on.
 *
 * @param range where it is
 * @param bytes what is there, to read during the call of the listener only
 * @param architecture the CPU that it is for
 * @param description what is known of it
 */
public record PublishedCode(
    CodeRange range, MemorySegment bytes, Architecture architecture, CodeDescription description) {
  /**
   * Published code.
   *
   * @throws IllegalArgumentException if there are not as many bytes as the range has
   */
  public PublishedCode {
    if (bytes.byteSize() != range.byteSize()) {
      throw new IllegalArgumentException(
          bytes.byteSize() + " bytes are not those of " + range.byteSize());
    }
    bytes = bytes.asReadOnly();
  }

  /**
   * Its functions: the symbols that are described, or all of it as one by the name of the whole.
   *
   * @return at least one
   */
  public List<CodeSymbol> functions() {
    return description.symbols().isEmpty()
        ? List.of(new CodeSymbol(description.name(), 0, range.byteSize()))
        : description.symbols();
  }
}
