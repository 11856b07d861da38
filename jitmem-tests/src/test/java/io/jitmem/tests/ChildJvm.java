package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs commands, among them the java of this JVM, and gives what they print. */
final class ChildJvm {
  /** What a command did. */
  record Outcome(int status, String out, String err) {}

  static final Path TOP = Path.of(System.getProperty("jitmem.top")).toAbsolutePath().normalize();
  private static final long TIMEOUT_SECONDS = 480;

  private ChildJvm() {}

  /** The java of this JVM. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** What starts {@link #java()}: itself, after the emulator if this JVM is emulated. */
  static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    String emulator = System.getProperty("jitmem.emulator");
    if (emulator != null) {
      command.addAll(List.of(emulator.split(" ", -1)));
    }
    command.add(java());
    return command;
  }

  /**
   * A command that an interrupt reaches: a shell lets what it starts in the background ignore it,
   * which everything below inherits.
   */
  static List<String> interruptible(List<String> command) throws IOException {
    String ignored =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElse("0");
    int interrupt = 1 << 1;
    List<String> whole = new ArrayList<>();
    if ((Long.parseUnsignedLong(ignored, 16) & interrupt) != 0) {
      whole.addAll(List.of("env", "--default-signal=INT"));
    }
    whole.addAll(command);
    return whole;
  }

  /** The library's jars, or the folders of its classes where nothing is packaged, as a path. */
  static String libraryPath(String... modules) {
    return Arrays.stream(modules)
        .map(module -> packaged("jitmem-" + module))
        .map(Path::toString)
        .collect(Collectors.joining(":"));
  }

  static String libraryPath() {
    return libraryPath("api", "core", "linux", "windows", "macos", "bsd");
  }

  /** These tests and all that they need, for a JVM without modules. */
  static String testClassPath() throws IOException {
    Path list = TOP.resolve("jitmem-tests/target/test.classpath");
    String libraries =
        Arrays.stream(Files.readString(list).strip().split(File.pathSeparator))
            .filter(entry -> !Path.of(entry).startsWith(TOP))
            .collect(Collectors.joining(File.pathSeparator));
    return String.join(
        File.pathSeparator,
        TOP.resolve("jitmem-tests/target/test-classes").toString(),
        libraryPath("tests", "api", "core", "linux"),
        libraries);
  }

  private static Path packaged(String module) {
    Path jar = TOP.resolve(module + "/target/" + module + ".jar");
    Path classes = TOP.resolve(module + "/target/classes");
    return isFresh(jar, classes) ? jar : classes;
  }

  /** A jar that is older than what was compiled since must not be tested in its place. */
  private static boolean isFresh(Path jar, Path classes) {
    try {
      Path moduleInfo = classes.resolve("module-info.class");
      return Files.exists(jar)
          && Files.getLastModifiedTime(jar).compareTo(Files.getLastModifiedTime(moduleInfo)) >= 0;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** The command line on the module path. */
  static Outcome commandLine(String... arguments) throws Exception {
    return run("", commandLineCommand(List.of(), arguments));
  }

  static List<String> commandLineCommand(List<String> jvmOptions, String... arguments) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "--module-path",
            libraryPath(),
            "--enable-native-access=io.jitmem.core,io.jitmem.linux",
            "--illegal-native-access=deny",
            "--module",
            "io.jitmem.core/io.jitmem.tool.Main"));
    command.addAll(List.of(arguments));
    return command;
  }

  static Outcome run(String input, List<String> command) throws Exception {
    Path out = Files.createTempFile("jitmem-child", ".out");
    Path err = Files.createTempFile("jitmem-child", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException endedWithoutReading) {
        // The command's own answer says what it thinks of its input.
      }
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " did not end");
      }
      return new Outcome(
          process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
