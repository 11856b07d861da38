package io.jitmem.linux;

/** The ways to map memory twice, in the order in which they are tried. */
enum DualMechanism {
  /** A file without a name in memory. */
  MEMFD("memfd_create"),
  /** A shared anonymous mapping, duplicated; no descriptor, no limit on file sizes. */
  MREMAP("mremap"),
  /** A POSIX shared memory object, unlinked at once. */
  SHM_OPEN("shm_open"),
  /** A file without a name in a directory for temporary files. */
  O_TMPFILE("O_TMPFILE"),
  /** A file in a directory for temporary files, unlinked at once. */
  TEMPORARY_FILE("temporary file");

  private final String text;

  DualMechanism(String text) {
    this.text = text;
  }

  /** The name by which capabilities list it. */
  String text() {
    return text;
  }

  boolean isTemporaryFile() {
    return this == O_TMPFILE || this == TEMPORARY_FILE;
  }

  /** Whether it maps a file, which can be mapped over a reservation. */
  boolean isFile() {
    return this != MREMAP;
  }
}
