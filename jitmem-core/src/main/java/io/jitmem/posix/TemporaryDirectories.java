package io.jitmem.posix;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The directories in which a temporary file is tried, in this order. */
public final class TemporaryDirectories {
  private static final List<String> USUAL = List.of("/tmp", "/var/tmp", "/dev/shm");

  private TemporaryDirectories() {}

  /** Without doubles. */
  public static Set<String> all() {
    Set<String> directories = new LinkedHashSet<>();
    String chosenByUser = System.getenv("TMPDIR");
    if (chosenByUser != null && !chosenByUser.isEmpty()) {
      directories.add(chosenByUser);
    }
    directories.add(System.getProperty("java.io.tmpdir", "/tmp"));
    directories.addAll(USUAL);
    return directories;
  }
}
