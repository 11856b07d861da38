package io.jitmem.observe.picture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the blocks of an allocator hold, area by area. Each block is as it was at one moment; the
 * blocks of an allocator that is in use meanwhile are of different moments. Immutable.
 *
 * @param blocks the blocks, by ascending address
 */
public record HeapSnapshot(List<BlockSnapshot> blocks) {
  /** The narrowest picture that can be drawn, in pixels. */
  public static final int MIN_SVG_WIDTH = 320;

  /** The widest picture that can be drawn, in pixels. */
  public static final int MAX_SVG_WIDTH = 10_000;

  /** The narrowest text that can be made, in characters. */
  public static final int MIN_TEXT_WIDTH = 40;

  /** The widest text that can be made, in characters. */
  public static final int MAX_TEXT_WIDTH = 1_000;

  /** Sorts the blocks. */
  public HeapSnapshot {
    List<BlockSnapshot> sorted = new ArrayList<>(blocks);
    sorted.sort(Comparator.comparingLong(block -> block.place().address() + Long.MIN_VALUE));
    blocks = List.copyOf(sorted);
  }

  /**
   * How the memory is used. Cost is linear in the number of areas.
   *
   * @return the figures of all blocks
   */
  public Fragmentation fragmentation() {
    return Fragmentation.of(blocks);
  }

  /**
   * Draws the blocks with characters, by one scale for all. Text of the same snapshot is always the
   * same, and has some hundred lines at most.
   *
   * @param width the longest line, {@link #MIN_TEXT_WIDTH} to {@link #MAX_TEXT_WIDTH} characters
   * @param unicode whether characters beyond ASCII can be shown
   * @param colours whether ANSI escape sequences are understood and wanted
   * @return whole lines, each ended by {@code \n}
   * @throws IllegalArgumentException if the width is out of range
   */
  public String toText(int width, boolean unicode, boolean colours) {
    requireWidth(width, MIN_TEXT_WIDTH, MAX_TEXT_WIDTH);
    return new TextPicture(width, unicode ? Glyphs.UNICODE : Glyphs.ASCII, colours).draw(this);
  }

  /**
   * Draws the blocks as an SVG document, by one scale for all. The document of the same snapshot is
   * always the same, and some hundred KiB large at most.
   *
   * @param width the width in pixels, {@link #MIN_SVG_WIDTH} to {@link #MAX_SVG_WIDTH}; the height
   *     follows
   * @return the document
   * @throws IllegalArgumentException if the width is out of range
   */
  public String toSvg(int width) {
    requireWidth(width, MIN_SVG_WIDTH, MAX_SVG_WIDTH);
    return SvgPicture.of(this, width);
  }

  static void requireWidth(int width, int least, int most) {
    if (width < least || width > most) {
      throw new IllegalArgumentException(
          "a picture is %d to %d wide, not %d".formatted(least, most, width));
    }
  }
}
