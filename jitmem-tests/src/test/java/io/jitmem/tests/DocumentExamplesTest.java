package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code docs} do what is said there. */
class DocumentExamplesTest {
  @TempDir Path directory;

  @Test
  void functions_end_as_lifetime_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    String document = read("lifetime.md");
    assertThat(run(document)).isEqualTo(fenced("\n\n```\n", document));
  }

  @Test
  void features_are_told_as_cpu_md_shows() throws Exception {
    assertThat(run(read("cpu.md")))
        .matches("\\w+, (512 bits|256 bits|scalable|128 bits), landing pad of 4 bytes\n");
  }

  @Test
  void a_listener_is_told_as_observing_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    String document = read("observing.md");
    assertThat(run(document)).isEqualTo(fenced("\n\n```\n", document));
  }

  private String run(String document) throws Exception {
    String program = fenced("```java\n", document);
    Matcher name = Pattern.compile("public class (\\w+)").matcher(program);
    assertThat(name.find()).isTrue();
    Path source = directory.resolve(name.group(1) + ".java");
    Files.writeString(source, program);
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            List.of(
                ChildJvm.java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ChildJvm.libraryPath(),
                source.toString()));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    return outcome.out();
  }

  private static String read(String name) throws Exception {
    return Files.readString(ChildJvm.TOP.resolve("docs").resolve(name));
  }

  private static String fenced(String opening, String document) {
    int start = document.indexOf(opening);
    assertThat(start).as("an example").isNotNegative();
    int from = start + opening.length();
    return document.substring(from, document.indexOf("```", from));
  }
}
