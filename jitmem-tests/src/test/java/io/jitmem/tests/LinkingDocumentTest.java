package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What docs/linking.md shows, done. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code in docs/linking.md is x86-64's")
class LinkingDocumentTest {
  private static final Path DOCUMENT = ChildJvm.TOP.resolve("docs/linking.md");

  @TempDir Path directory;

  @Test
  void its_example_compiles_and_runs() throws Exception {
    Matcher fence =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCUMENT));
    assertThat(fence.find()).as("an example in docs/linking.md").isTrue();
    Path main = Files.writeString(directory.resolve("Linking.java"), fence.group(1));
    String javac = Path.of(System.getProperty("java.home"), "bin", "javac").toString();
    String classes = directory.resolve("classes").toString();
    ChildJvm.Outcome compiled =
        ChildJvm.run(
            "", List.of(javac, "-d", classes, "-cp", ChildJvm.libraryPath(), main.toString()));
    assertThat(compiled.err()).isEmpty();
    assertThat(compiled.status()).isZero();
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            List.of(
                ChildJvm.java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes + ":" + ChildJvm.libraryPath(),
                "Linking"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo("105\n1\n");
    assertThat(outcome.status()).isZero();
  }
}
