package io.jitmem.mapped;

/** Adjacent pages of one use. */
public record PageRun(long address, long byteSize, PageUse use) {
  @Override
  public String toString() {
    return text(address, byteSize);
  }

  /** Memory in words. */
  static String text(long address, long byteSize) {
    return "memory at 0x" + Long.toHexString(address) + " of " + byteSize + " bytes";
  }
}
