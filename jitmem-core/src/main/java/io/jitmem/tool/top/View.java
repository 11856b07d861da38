package io.jitmem.tool.top;

import java.util.List;

/** Where samples are shown. Thread-safe: it may be closed while another thread shows something. */
interface View extends AutoCloseable {
  /**
   * Shows the samples of one moment, one for each allocator.
   *
   * @param seconds since watching began
   */
  void show(double seconds, List<Sample> samples);

  /** Leaves the terminal as it was found; nothing is shown from then on. */
  @Override
  default void close() {}
}
