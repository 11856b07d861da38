package io.jitmem.virtmem;

/** What a thread may do with a page. */
public enum Protection {
  /** No access at all. */
  NONE(false, false, false),
  /** Reading only. */
  R(true, false, false),
  /** Reading and writing. */
  RW(true, true, false),
  /** Reading and executing. */
  RX(true, false, true),
  /** Everything at once; refused by systems that enforce W^X. */
  RWX(true, true, true);

  private final boolean readable;
  private final boolean writable;
  private final boolean executable;

  Protection(boolean readable, boolean writable, boolean executable) {
    this.readable = readable;
    this.writable = writable;
    this.executable = executable;
  }

  /**
   * Whether reads are allowed.
   *
   * @return true for all but {@link #NONE}
   */
  public boolean readable() {
    return readable;
  }

  /**
   * Whether writes are allowed.
   *
   * @return true for {@link #RW} and {@link #RWX}
   */
  public boolean writable() {
    return writable;
  }

  /**
   * Whether execution is allowed.
   *
   * @return true for {@link #RX} and {@link #RWX}
   */
  public boolean executable() {
    return executable;
  }

  /**
   * Whether everything that another protection allows is allowed by this one.
   *
   * @param other the protection to compare with
   * @return true if this one covers {@code other}
   */
  public boolean covers(Protection other) {
    return (readable || !other.readable)
        && (writable || !other.writable)
        && (executable || !other.executable);
  }
}
