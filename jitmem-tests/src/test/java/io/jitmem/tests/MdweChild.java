package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A JVM that hardens itself once it runs, by the kernel's policy against new executable pages. */
final class MdweChild {
  /** What it says of an allocator that is to seal, and of one that chooses. */
  record Answers(String sealed, String chosen) {}

  private MdweChild() {}

  static Answers run() throws Exception {
    Path directory = Files.createTempDirectory("jitmem-mdwe");
    Path source = directory.resolve("Mdwe.java");
    try (InputStream text = MdweChild.class.getResourceAsStream("/hardened/Mdwe.java.txt")) {
      Files.copy(text, source);
      ChildJvm.Outcome outcome =
          ChildJvm.run(
              "",
              List.of(
                  ChildJvm.java(),
                  // The JVM could not get more executable memory later.
                  "-XX:ReservedCodeCacheSize=64m",
                  "-XX:InitialCodeCacheSize=64m",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  ChildJvm.libraryPath("api", "core", "linux"),
                  source.toString()));
      assertThat(outcome.err()).isEmpty();
      List<String> lines = outcome.out().lines().toList();
      assumeTrue(lines.getFirst().equals("hardened"), "the kernel has no MDWE: " + lines);
      return new Answers(lines.get(1), lines.get(2));
    } finally {
      Files.deleteIfExists(source);
      Files.delete(directory);
    }
  }
}
