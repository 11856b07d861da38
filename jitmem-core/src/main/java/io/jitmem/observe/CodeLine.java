package io.jitmem.observe;

/**
 * Where some code comes from, for profilers and debuggers that show source lines.
 *
 * @param offset where the code of the line begins, in bytes from the start of the code, 0 or more
 * @param file the source file, not empty
 * @param line the line's number, from 1
 */
public record CodeLine(long offset, String file, int line) {
  /**
   * A line.
   *
   * @throws IllegalArgumentException if the file's name is empty, the offset negative or the number
   *     below 1
   */
  public CodeLine {
    if (offset < 0 || file.isEmpty() || line < 1) {
      throw new IllegalArgumentException(
          "no line %d of '%s' at offset %d".formatted(line, file, offset));
    }
  }
}
