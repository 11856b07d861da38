package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The compilers of this machine, and what they made of the sources in {@code objects/}. */
final class Toolchain {
  private static final ConcurrentHashMap<List<String>, byte[]> COMPILED = new ConcurrentHashMap<>();

  private Toolchain() {}

  /** Skips the test, and says so, if a program is not installed. */
  static void assumeInstalled(String program) {
    assumeTrue(isInstalled(program), program + " is not installed");
  }

  /**
   * Compilers for the CPU of this JVM: where it is emulated, the cross compilers of the machine.
   */
  static List<String> compilersOfThisCpu(String... compilers) {
    if (!Emulation.isOn()) {
      return List.of(compilers);
    }
    String prefix = System.getProperty("os.arch") + "-linux-gnu-";
    return Arrays.stream(compilers)
        .map(compiler -> prefix + compiler)
        .filter(Toolchain::isInstalled)
        .toList();
  }

  static boolean isInstalled(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Compiles a source of {@code objects/}, once for each set of options. */
  static byte[] compile(String compiler, String options, String source) {
    assumeInstalled(compiler);
    return COMPILED.computeIfAbsent(
        List.of(compiler, options, source), key -> compileAnew(compiler, options, source));
  }

  /** Compiles a text; its file's suffix tells the language. */
  static byte[] compileText(String compiler, String options, String suffix, String text) {
    assumeInstalled(compiler);
    try {
      Path source = Files.createTempFile("jitmem-source", suffix);
      try {
        return compileAnew(compiler, options, Files.writeString(source, text).toString());
      } finally {
        Files.delete(source);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static byte[] compileAnew(String compiler, String options, String source) {
    try {
      Path object = Files.createTempFile("jitmem-object", ".o");
      try {
        List<String> command = new ArrayList<>(List.of(compiler, "-Werror"));
        command.addAll(List.of(options.split(" ", -1)));
        command.addAll(List.of("-c", "-o", object.toString(), source(source).toString()));
        run(command);
        return Files.readAllBytes(object);
      } finally {
        Files.deleteIfExists(object);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** What gcc 12 made of {@code odd.c} for x86-64 with {@code -O1}, for where there is none. */
  static byte[] compiledBefore() {
    try {
      return Files.readAllBytes(source("odd-x86-64.o"));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** A static library of objects, made by {@code ar} if there is one. */
  static byte[] archive(byte[]... objects) {
    try {
      Path directory = Files.createTempDirectory("jitmem-archive");
      try {
        return isInstalled("ar") ? byAr(directory, objects) : byHand(objects);
      } finally {
        deleteAll(directory);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static byte[] byAr(Path directory, byte[]... objects) throws IOException {
    Path library = directory.resolve("library.a");
    List<String> command = new ArrayList<>(List.of("ar", "rcs", library.toString()));
    for (byte[] object : objects) {
      // From the second on, the names are too long for a header.
      Path file = directory.resolve("an_object".repeat(command.size() - 2) + ".o");
      command.add(Files.write(file, object).toString());
    }
    run(command);
    return Files.readAllBytes(library);
  }

  private static byte[] byHand(byte[]... objects) {
    ByteArrayOutputStream library = new ByteArrayOutputStream();
    library.writeBytes("!<arch>\n".getBytes(StandardCharsets.US_ASCII));
    for (byte[] object : objects) {
      String header = "%-48s%-10d`\n".formatted("object.o/", object.length);
      library.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
      library.writeBytes(Arrays.copyOf(object, object.length + (object.length & 1)));
    }
    return library.toByteArray();
  }

  static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** The path of a source of {@code objects/}. */
  static Path source(String name) {
    return ChildJvm.TOP.resolve("jitmem-tests/src/test/resources/objects").resolve(name);
  }

  /** Runs a program that must succeed without a word. */
  static void run(List<String> command) {
    try {
      ChildJvm.Outcome outcome = ChildJvm.run("", command);
      assertThat(outcome.err()).as(String.join(" ", command)).isEmpty();
      assertThat(outcome.status()).as(String.join(" ", command)).isZero();
    } catch (Exception failed) {
      throw new AssertionError(String.join(" ", command), failed);
    }
  }
}
