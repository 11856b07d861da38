package io.jitmem.tests.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * The time from the start of a JVM to the first line that it prints: the result of a bare FFM
 * program and of the same with jitmem, in turn, with the jars on the class path and on the module
 * path. Prints medians, and the median of the ratios pair by pair.
 *
 * <p>Arguments: the folder of the jars, and the number of pairs (default 21).
 */
public final class StartupComparison {
  private static final int WARM_UPS = 2;

  private final Path jars;
  private final Path work;

  private StartupComparison(Path jars, Path work) {
    this.jars = jars;
    this.work = work;
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) throws Exception {
    int pairs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 21;
    Path work = Files.createTempDirectory("jitmem-startup");
    try {
      StartupComparison comparison = new StartupComparison(Path.of(arguments[0]), work);
      System.out.println("way\tbare ms\tjitmem ms\tratio");
      comparison.compare(
          "class path", pairs, comparison.onClassPath("Bare"), comparison.onClassPath("First"));
      comparison.compare(
          "module path", pairs, comparison.onModulePath("Bare"), comparison.onModulePath("First"));
    } finally {
      delete(work);
    }
  }

  private void compare(String way, int pairs, List<String> bare, List<String> first)
      throws Exception {
    double[] bareTimes = new double[pairs];
    double[] firstTimes = new double[pairs];
    double[] ratios = new double[pairs];
    for (int pair = -WARM_UPS; pair < pairs; pair++) {
      double a = millisecondsToFirstLine(bare);
      double b = millisecondsToFirstLine(first);
      if (pair >= 0) {
        bareTimes[pair] = a;
        firstTimes[pair] = b;
        ratios[pair] = b / a;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s\t%.1f\t%.1f\t%.3f%n",
        way,
        median(bareTimes),
        median(firstTimes),
        median(ratios));
  }

  private List<String> onClassPath(String program) throws IOException {
    Path classes = compile(program, false);
    String path = String.join(":", classPath(classes).stream().map(Path::toString).toList());
    return List.of(
        java(), "--enable-native-access=ALL-UNNAMED", "-cp", path, program + "Main." + program);
  }

  private List<String> onModulePath(String program) throws IOException {
    Path classes = compile(program, true);
    String path = String.join(":", classPath(classes).stream().map(Path::toString).toList());
    String access = program.equals("Bare") ? "startup.bare" : "io.jitmem.core,io.jitmem.linux";
    return List.of(
        java(),
        "--enable-native-access=" + access,
        "--module-path",
        path,
        "--module",
        "startup." + program.toLowerCase(Locale.ROOT) + "/" + program + "Main." + program);
  }

  /** The program's jar; for jitmem's also what an application on Linux depends on. */
  private List<Path> classPath(Path program) {
    List<Path> path = new ArrayList<>(List.of(program));
    if (program.getFileName().toString().startsWith("First")) {
      for (String module : List.of("api", "core", "linux")) {
        path.add(jars.resolve("jitmem-" + module + "/target/jitmem-" + module + ".jar"));
      }
    }
    return path;
  }

  private Path compile(String program, boolean module) throws IOException {
    String name = program + (module ? "Module" : "");
    Path sources = Files.createDirectories(work.resolve(name + "-src"));
    List<String> arguments =
        new ArrayList<>(List.of("-Xlint:-restricted", "-d", work.resolve(name).toString()));
    String path =
        String.join(":", classPath(work.resolve(program)).stream().map(Path::toString).toList());
    arguments.addAll(List.of(module ? "--module-path" : "-cp", path));
    arguments.add(
        write(sources, program + ".java", "package " + program + "Main;\n" + source(program)));
    if (module) {
      String requires = program.equals("First") ? "requires io.jitmem.core;" : "";
      arguments.add(
          write(
              sources,
              "module-info.java",
              "module startup." + program.toLowerCase(Locale.ROOT) + " {" + requires + "}"));
    }
    run("javac", arguments);
    Path jar = work.resolve(name + ".jar");
    run(
        "jar",
        List.of("--create", "--file", jar.toString(), "-C", work.resolve(name).toString(), "."));
    return jar;
  }

  private static void run(String tool, List<String> arguments) {
    int status =
        ToolProvider.findFirst(tool)
            .orElseThrow()
            .run(System.err, System.err, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException(tool + " " + arguments + " ended with " + status);
    }
  }

  private static String write(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static String source(String program) throws IOException {
    try (InputStream in =
        StartupComparison.class.getResourceAsStream("/startup/" + program + ".java.txt")) {
      if (in == null) {
        throw new IllegalStateException("no source of " + program);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static double millisecondsToFirstLine(List<String> command) throws Exception {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      double milliseconds = (System.nanoTime() - start) / 1e6;
      if (!"42".equals(line) || process.waitFor() != 0) {
        throw new IllegalStateException(command + " printed " + line);
      }
      return milliseconds;
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
