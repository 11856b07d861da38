package io.jitmem.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Sizes in bytes that were seen in a real program, in their order. */
final class SizeTrace {
  /** No sizes: random ones are wanted. */
  static final SizeTrace NONE = new SizeTrace(new long[0]);

  private static final long GREATEST = 0xFFFF_FFFFL;

  private final long[] sizes;

  private SizeTrace(long[] sizes) {
    this.sizes = sizes;
  }

  /**
   * Reads numbers with white space between.
   *
   * @throws IllegalArgumentException if there is no such file, or it holds anything else or nothing
   */
  static SizeTrace read(Path file) {
    String text = text(file);
    if (text.isEmpty()) {
      throw new IllegalArgumentException("no sizes in " + file);
    }
    return new SizeTrace(
        Arrays.stream(text.split("\\s+", -1))
            .mapToLong(word -> Arguments.number("a size in " + file, word, 1, GREATEST))
            .toArray());
  }

  int count() {
    return sizes.length;
  }

  long get(int position) {
    return sizes[position];
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException unreadable) {
      throw new IllegalArgumentException("cannot read the sizes file " + file, unreadable);
    }
  }
}
