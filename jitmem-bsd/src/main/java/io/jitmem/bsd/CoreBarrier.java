package io.jitmem.bsd;

/** Makes every core that runs a thread of this process discard what it fetched before. */
interface CoreBarrier {
  /** The mechanism in words. */
  String mechanism();

  /**
   * Does it.
   *
   * @throws UnsupportedOperationException if the system offers no way
   */
  void synchronizeCores();
}
