package io.jitmem.posix;

/** Adjacent pages of one use. */
public record PageRun(long address, long byteSize, PageUse use) {
  @Override
  public String toString() {
    return Posix.memoryText(address, byteSize);
  }
}
