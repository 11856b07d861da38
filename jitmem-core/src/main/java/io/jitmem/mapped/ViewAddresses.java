package io.jitmem.mapped;

/** The addresses of two views of the same bytes, or of the only one. */
public record ViewAddresses(long rx, long rw) {
  boolean isSingle() {
    return rx == rw;
  }
}
