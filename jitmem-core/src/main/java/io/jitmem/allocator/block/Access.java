package io.jitmem.allocator.block;

/** How code gets into the memory of a block. */
public enum Access {
  /** It is writable and executable at once. */
  DIRECT,
  /** It has two views. */
  DUAL,
  /** Its pages are writable until they are sealed, and executable from then on. */
  SEALED,
  /** It is executable, and written by a call of the backend. */
  SWITCHED
}
