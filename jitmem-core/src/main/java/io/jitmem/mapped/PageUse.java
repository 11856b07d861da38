package io.jitmem.mapped;

/** What pages of a mapping are, and so what may be done with them. */
public enum PageUse {
  /** Address space of a reservation without memory behind it. */
  RESERVED("not committed"),
  /** Memory of this process alone. */
  PRIVATE("private memory"),
  /** Memory that forked children share. */
  SHARED("shared memory"),
  /** Memory that a thread can write or execute, as its write switch says. */
  SWITCHED("memory under the per-thread write switch"),
  /** The view to execute of memory that has two. */
  EXECUTABLE_VIEW("an executable view"),
  /** The view to write of memory that has two. */
  WRITABLE_VIEW("a writable view");

  private final String text;

  PageUse(String text) {
    this.text = text;
  }

  /** In words, to follow "is". */
  public String text() {
    return text;
  }

  /** Whether it is one of two views. */
  public boolean isView() {
    return this == EXECUTABLE_VIEW || this == WRITABLE_VIEW;
  }
}
