package io.jitmem.observe.picture;

/** What an area of a block is. */
public enum AreaKind {
  /** One live span. */
  USED("used"),
  /** Memory that a span can get. */
  FREE("free"),
  /**
   * Memory that nobody can get now: in quarantine, being filled, or what is left of sealed pages
   * that spans are on.
   */
  HELD("held"),
  /** Whole pages that were given back to the system, until nothing else is free. */
  PARKED("given back"),
  /** Memory at the start of a block that no span ever gets. */
  PADDING("padding");

  private final String words;

  AreaKind(String words) {
    this.words = words;
  }

  /** Its place in tables, none of which outlives the program. */
  @SuppressWarnings("EnumOrdinal")
  int index() {
    return ordinal();
  }

  /** As a legend has it. */
  String words() {
    return words;
  }
}
