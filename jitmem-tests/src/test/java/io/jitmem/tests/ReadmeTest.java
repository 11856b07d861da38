package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What README shows, done. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code in README is x86-64's")
class ReadmeTest {
  private static final String RESULT = "\n42\n";

  /**
   * Of ours up to the result; each backend that is not this system's has one or two of them, and
   * what explains errors seven, which must not be loaded when memory or descriptors are used up.
   */
  private static final int MOST_CLASSES = 110;

  private static final Path README = ChildJvm.TOP.resolve("README.md");

  @TempDir Path directory;

  @Test
  void its_example_compiles_and_runs_on_the_module_path() throws Exception {
    Files.writeString(
        directory.resolve("module-info.java"), "module example { requires io.jitmem.core; }");
    Path main = Files.createDirectories(directory.resolve("example")).resolve("Example.java");
    Files.writeString(main, "package example;\n" + example());
    compile("--module-path", main.toString(), directory.resolve("module-info.java").toString());
    String path = directory.resolve("classes") + ":" + ChildJvm.libraryPath();
    assertRuns(
        List.of(
            ChildJvm.java(),
            "--enable-native-access=io.jitmem.core,io.jitmem.linux",
            "--illegal-native-access=deny",
            "--module-path",
            path,
            "--module",
            "example/example.Example"));
  }

  @Test
  void its_example_compiles_and_runs_on_the_class_path() throws Exception {
    Path main = Files.writeString(directory.resolve("Example.java"), example());
    compile("-cp", main.toString());
    String path = directory.resolve("classes") + ":" + ChildJvm.libraryPath();
    assertRuns(
        List.of(
            ChildJvm.java(),
            "--enable-native-access=ALL-UNNAMED",
            "--illegal-native-access=deny",
            "-cp",
            path,
            "Example"));
  }

  /** A class takes a fresh JVM a quarter of a millisecond, and the first lambda much longer. */
  @Test
  void its_example_loads_little() throws Exception {
    List<String> loaded =
        loadedByExample().lines().filter(line -> line.contains(" io.jitmem.")).toList();
    assertThat(loaded).hasSizeLessThanOrEqualTo(MOST_CLASSES);
    assertThat(String.join("\n", loaded))
        .doesNotContain("$$Lambda", "io.jitmem.linux.LaterParts", "io.jitmem.posix.DualLadder");
  }

  @Test
  void its_example_loads_nothing_of_the_linker() throws Exception {
    assertThat(loadedByExample())
        .contains("io.jitmem.runtime.JitRuntime")
        .doesNotContain("io.jitmem.link.", "io.jitmem.allocator.data.", "io.jitmem.code.Section");
  }

  private String loadedByExample() throws Exception {
    Path main = Files.writeString(directory.resolve("Example.java"), example());
    compile("-cp", main.toString());
    String path = directory.resolve("classes") + ":" + ChildJvm.libraryPath();
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            List.of(
                ChildJvm.java(),
                "-Xlog:class+load",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                "Example"));
    assertThat(outcome.out()).contains(RESULT);
    return outcome.out().substring(0, outcome.out().indexOf(RESULT));
  }

  @Test
  void its_example_has_fifteen_lines() throws Exception {
    assertThat(example().lines()).hasSizeLessThanOrEqualTo(15);
  }

  private void compile(String pathOption, String... sources) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                directory.resolve("classes").toString(),
                pathOption,
                ChildJvm.libraryPath()));
    command.addAll(List.of(sources));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  private static void assertRuns(List<String> command) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo("42\n");
    assertThat(outcome.status()).isZero();
  }

  private static String example() throws Exception {
    Matcher fence =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
    assertThat(fence.find()).as("an example in README").isTrue();
    return fence.group(1);
  }
}
