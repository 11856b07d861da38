package io.jitmem.virtmem;

/** The things that a system may allow or refuse to a program that makes machine code. */
public enum Ability {
  /** Memory that is writable and executable at once. */
  RWX("writable and executable at once"),
  /** Memory that is written first and then made executable. */
  RW_TO_RX("written, then made executable"),
  /** The same memory at two addresses, one to write and one to execute. */
  DUAL_MAPPING("two views, one to write and one to execute"),
  /** Memory under a per-thread write switch. */
  MAP_JIT("per-thread write switch"),
  /** Mappings backed by pages larger than normal. */
  LARGE_PAGES("fewer, larger pages for the same memory"),
  /** Address space set aside now and backed by memory later. */
  RESERVE("reserve now, commit later"),
  /** Mappings within a given distance of an address. */
  NEAR_PLACEMENT("placement near an address"),
  /** Giving the memory behind pages back to the system while they stay mapped. */
  DISCARD("memory given back while the mapping stays"),
  /** Making every core discard instructions that it fetched before. */
  CORE_SYNCHRONIZATION("synchronisation of all cores"),
  /** Executable memory that indirect branches enter only where they are meant to. */
  GUARDED_BRANCHES("branches enter only where they may");

  private final String summary;

  Ability(String summary) {
    this.summary = summary;
  }

  /**
   * The ability in a few words.
   *
   * @return a phrase without a capital or a full stop
   */
  public String summary() {
    return summary;
  }
}
