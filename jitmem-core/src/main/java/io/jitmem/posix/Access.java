package io.jitmem.posix;

import io.jitmem.virtmem.Protection;

/**
 * What may be done with a new mapping now, and what it may be changed to at most, where the system
 * bounds that; both as {@code PROT_*} bits.
 */
public record Access(int now, int atMost) {
  /** Whatever is done with it now, it may be changed to anything. */
  public static Access open(int now) {
    return new Access(now, Posix.prot(Protection.RWX));
  }

  /** It stays as it is, or becomes less. */
  public static Access fixed(int now) {
    return new Access(now, now);
  }

  /** It may be changed as far as a protection goes. */
  public static Access upTo(Protection now, Protection maximum) {
    return new Access(Posix.prot(now), Posix.prot(maximum));
  }
}
