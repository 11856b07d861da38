package io.jitmem.observe.jfr;

/** How a limit appears in an event. */
final class Limits {
  private Limits() {}

  /** The value that tools show as "N/A", where there is no limit. */
  static long shown(long limitBytes) {
    return limitBytes == Long.MAX_VALUE ? Long.MIN_VALUE : limitBytes;
  }
}
