package io.jitmem.observe;

/**
 * Addresses where code is executed.
 *
 * @param address the first byte's, as a native pointer
 * @param byteSize how many bytes, above 0
 */
public record CodeRange(long address, long byteSize) {
  /**
   * A range.
   *
   * @throws IllegalArgumentException if the size is not positive, or the range leaves the address
   *     space
   */
  public CodeRange {
    if (byteSize <= 0 || Long.compareUnsigned(address + byteSize - 1, address) < 0) {
      throw new IllegalArgumentException(
          "no code has %d bytes at 0x%x".formatted(byteSize, address));
    }
  }

  /**
   * Whether an address lies in this range.
   *
   * @param other any address
   * @return true if it does
   */
  public boolean contains(long other) {
    return Long.compareUnsigned(other - address, byteSize) < 0;
  }

  /**
   * Whether all of another range lies in this one.
   *
   * @param other any range
   * @return true if it does
   */
  public boolean contains(CodeRange other) {
    return contains(other.address) && contains(other.address + other.byteSize - 1);
  }

  @Override
  public String toString() {
    return "0x%x+%d".formatted(address, byteSize);
  }
}
