package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The backend that docs/backends.md shows, compiled, run and proven as its reader would. */
class BackendExampleTest {
  /** Where Java looks for classes. */
  enum PathKind {
    MODULE_PATH,
    CLASS_PATH
  }

  private static final Path SOURCES = ChildJvm.TOP.resolve("jitmem-tests/src/test/backend-example");
  private static final Path DOCUMENT = ChildJvm.TOP.resolve("docs/backends.md");
  private static final Pattern SHOWN =
      Pattern.compile("`([\\w/.-]+)`:\n\n```(?:java|text)\n(.*?)```", Pattern.DOTALL);
  private static final Pattern OUTPUT = Pattern.compile("prints\n\n```\n(.*?)```", Pattern.DOTALL);

  @TempDir static Path directory;

  @BeforeAll
  static void compile() throws Exception {
    compile("backend", ChildJvm.libraryPath("api"));
    Path services = Path.of("META-INF/services/io.jitmem.virtmem.spi.VirtMemProvider");
    Path copy = directory.resolve("backend").resolve(services);
    Files.createDirectories(copy.getParent());
    Files.copy(SOURCES.resolve("backend").resolve(services), copy);
    compile("proof", harnessPath());
  }

  @ParameterizedTest
  @EnumSource
  void is_found_as_a_service_and_passed_in_by_hand(PathKind kind) throws Exception {
    List<String> command = java(kind, harnessPath());
    command.addAll(
        kind == PathKind.MODULE_PATH
            ? List.of("--module", "com.example.arena.proof/com.example.arena.proof.Demo")
            : List.of("com.example.arena.proof.Demo"));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo(output());
    assertThat(outcome.status()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void keeps_every_promise(PathKind kind) throws Exception {
    ChildJvm.Outcome outcome = runTest(kind, "ArenaVirtMemTest");
    // An arena marks no files, and nothing in it can be called.
    assertThat(outcome.out()).matches("[5-9]\\d passed, 0 failed, 9 skipped\n");
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void carries_an_allocator_in_every_configuration_that_it_serves(PathKind kind) throws Exception {
    ChildJvm.Outcome outcome = runTest(kind, "ArenaAllocatorPropertyTest");
    assertThat(outcome.out()).contains("tries = 400 ").endsWith("2 passed, 0 failed, 0 skipped\n");
    assertThat(outcome.err()).isEmpty();
  }

  private static ChildJvm.Outcome runTest(PathKind kind, String test) throws Exception {
    List<String> command = java(kind, harnessPath());
    if (kind == PathKind.MODULE_PATH) {
      command.addAll(List.of("--class-path", testClasses()));
      command.add(
          "--add-modules=com.example.arena.proof,org.junit.platform.launcher,org.junit.jupiter.engine,"
              + "net.jqwik.engine");
    }
    command.addAll(List.of("io.jitmem.testrun.TestRunner", "com.example.arena.proof." + test));
    return ChildJvm.run("", command);
  }

  @Test
  void is_shown_as_it_is_and_as_a_whole() throws Exception {
    var shown = new TreeMap<String, String>();
    Matcher block = SHOWN.matcher(Files.readString(DOCUMENT));
    while (block.find()) {
      shown.put(block.group(1), block.group(2));
    }
    var there = new TreeMap<String, String>();
    for (Path source : sources(SOURCES)) {
      there.put(SOURCES.relativize(source).toString(), Files.readString(source));
    }
    assertThat(shown).isEqualTo(there);
  }

  private static String output() throws Exception {
    Matcher output = OUTPUT.matcher(Files.readString(DOCUMENT));
    assertThat(output.find()).as("what the demo prints, in " + DOCUMENT).isTrue();
    return output.group(1);
  }

  private static void compile(String part, String path) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-Xlint:all,-path,-requires-automatic,-requires-transitive-automatic",
                "-Werror",
                "--module-path",
                path + File.pathSeparator + directory.resolve("backend"),
                "-d",
                directory.resolve(part).toString()));
    for (Path source : sources(SOURCES.resolve(part))) {
      if (source.toString().endsWith(".java")) {
        command.add(source.toString());
      }
    }
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
  }

  /** The java command up to what is to be run, with the example and more on its path. */
  private static List<String> java(PathKind kind, String path) {
    String all =
        path
            + File.pathSeparator
            + directory.resolve("backend")
            + File.pathSeparator
            + directory.resolve("proof");
    return new ArrayList<>(
        kind == PathKind.MODULE_PATH
            ? List.of(
                ChildJvm.java(), "--enable-native-access=io.jitmem.core", "--module-path", all)
            : List.of(
                ChildJvm.java(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                all + File.pathSeparator + testClasses()));
  }

  private static String testClasses() {
    return ChildJvm.TOP.resolve("jitmem-tests/target/test-classes").toString();
  }

  /** The library, the harness and what the harness needs, but none of this project's backends. */
  private static String harnessPath() throws Exception {
    Path list = ChildJvm.TOP.resolve("jitmem-tests/target/test.classpath");
    String libraries =
        Arrays.stream(Files.readString(list).strip().split(File.pathSeparator))
            .filter(entry ->
                Path.of(entry)
                    .getFileName()
                    .toString()
                    .matches(
                        "(junit-(jupiter|platform-(commons|engine|launcher))|opentest4j|assertj-core|byte-buddy|jqwik-(api|engine)|apiguardian|jspecify)-.*\\.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    return ChildJvm.libraryPath("api", "core", "tests") + File.pathSeparator + libraries;
  }

  private static List<Path> sources(Path top) throws Exception {
    try (Stream<Path> files = Files.walk(top)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
