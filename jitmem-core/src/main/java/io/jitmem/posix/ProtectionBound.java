package io.jitmem.posix;

/**
 * How a system is told, when memory is mapped, what it may be changed to later at most.
 *
 * @param macro the C macro that makes bits of mmap's {@code prot} of such a protection, or empty
 *     where there is none
 * @param shift how far it shifts the {@code PROT_*} bits to the left; 0 where there is none
 */
public record ProtectionBound(String macro, int shift) {
  /** The later protections of a mapping are not bounded when it is mapped. */
  public static final ProtectionBound NONE = new ProtectionBound("", 0);

  private static final int ALL = Posix.PROT_READ | Posix.PROT_WRITE | Posix.PROT_EXEC;

  /** The bits to be added to mmap's {@code prot}. */
  int bits(int maximum) {
    return shift == 0 ? 0 : maximum << shift;
  }

  /** Bits of mmap's {@code prot} as C source has them. */
  String text(int prot) {
    int maximum = shift == 0 ? 0 : (prot >>> shift) & ALL;
    String plain = Posix.protText(prot & ~bits(maximum));
    return maximum == 0 ? plain : plain + "|" + macro + "(" + Posix.protText(maximum) + ")";
  }
}
