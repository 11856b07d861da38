package io.jitmem.observe.picture;

import java.util.List;
import java.util.Objects;

/**
 * A heap at some moments, one after the other. Immutable.
 *
 * @param frames the moments, at least one
 */
public record HeapStrip(List<Frame> frames) {
  /**
   * One moment.
   *
   * @param title what to call it
   * @param heap what the heap held
   */
  public record Frame(String title, HeapSnapshot heap) {
    /** Refuses null. */
    public Frame {
      Objects.requireNonNull(title, "title");
      Objects.requireNonNull(heap, "heap");
    }
  }

  /**
   * A strip.
   *
   * @throws IllegalArgumentException if there is no frame
   */
  public HeapStrip {
    frames = List.copyOf(frames);
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("a strip has one frame or more");
    }
  }

  /**
   * Draws the moments side by side as far as the width allows, by one scale for all.
   *
   * @param width the width in pixels, {@link HeapSnapshot#MIN_SVG_WIDTH} to {@link
   *     HeapSnapshot#MAX_SVG_WIDTH}; the height follows
   * @return an SVG document
   * @throws IllegalArgumentException if the width is out of range
   */
  public String toSvg(int width) {
    HeapSnapshot.requireWidth(width, HeapSnapshot.MIN_SVG_WIDTH, HeapSnapshot.MAX_SVG_WIDTH);
    return SvgPicture.of(this, width);
  }
}
