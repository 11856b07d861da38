package io.jitmem.allocator.block;

/** How code gets into the memory of a block. */
public enum Access {
  /** It is writable and executable at once. */
  DIRECT("DIRECT"),
  /** It has two views. */
  DUAL("DUAL"),
  /** Its pages are writable until they are sealed, and executable from then on. */
  SEALED("SEAL"),
  /** It is executable, and written by a call of the backend. */
  SWITCHED("MAP_JIT");

  private final String strategy;

  Access(String strategy) {
    this.strategy = strategy;
  }

  /** The name of the public layer's strategy. */
  public String strategy() {
    return strategy;
  }
}
