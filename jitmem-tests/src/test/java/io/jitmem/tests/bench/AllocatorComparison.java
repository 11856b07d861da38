package io.jitmem.tests.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Runs the workloads with AsmJit's allocator and with jitmem's in turn, each {@value #ROUNDS}
 * times, and sets the least figures of both side by side, as a table, a file and a picture.
 *
 * <p>Arguments: the folder at the top, where the peer has been built, and those of the command.
 */
public final class AllocatorComparison {
  private static final int ROUNDS = 2;
  private static final int SHARED_LIVE = 10_000;

  /**
   * The peer needs no warm-up, so with few spans it is done in milliseconds, and whatever else the
   * machine does then spoils all its repetitions. In its turn such a run is made several times.
   */
  private static final int MAX_RUNS = 5;

  private static final long SHORT_NANOSECONDS = 500_000_000;

  /** AsmJit looks for room from the start of a block, so a large heap takes it minutes. */
  private static final int MAX_PEER_LIVE = 200_000;

  private final Path target;
  private final Optional<Path> sizes;
  private final Rows asmjit = new Rows();
  private final Rows jitmem = new Rows();

  private AllocatorComparison(Path target, Optional<Path> sizes) {
    this.target = target;
    this.sizes = sizes;
  }

  /** Runs the comparison. */
  public static void main(String[] words) throws Exception {
    AllocatorComparison comparison;
    List<Integer> lives;
    try {
      Arguments arguments = new Arguments(Arrays.copyOfRange(words, 1, words.length));
      Optional<Path> sizes = arguments.takeOption("--sizes").map(Arguments::file);
      sizes.ifPresent(SizeTrace::read);
      lives = lives(arguments.positional(Integer.MAX_VALUE));
      comparison = new AllocatorComparison(Path.of(words[0]).resolve("target"), sizes);
    } catch (IllegalArgumentException wrong) {
      System.err.println("bench: " + wrong.getMessage());
      System.exit(2);
      return;
    }
    for (int live : lives) {
      comparison.compare(live, 0);
    }
    comparison.compare(SHARED_LIVE, 1);
    comparison.compare(SHARED_LIVE, 2);
    comparison.report();
  }

  private static List<Integer> lives(List<String> words) {
    return words.isEmpty()
        ? List.of(1000, 10_000, 100_000)
        : words.stream().map(Arguments::live).distinct().sorted().toList();
  }

  private void compare(int live, int threads) throws Exception {
    boolean alone = live > MAX_PEER_LIVE;
    if (alone) {
      System.out.printf(
          Locale.ROOT,
          "# live %,d: jitmem alone, for AsmJit would take too long above %,d%n",
          live,
          MAX_PEER_LIVE);
    }
    for (int round = 1; round <= ROUNDS; round++) {
      if (!alone) {
        run("AsmJit", round, peer(), live, threads, asmjit);
      }
      run("jitmem", round, ours(), live, threads, jitmem);
    }
  }

  private void run(String who, int round, List<String> program, int live, int threads, Rows rows)
      throws Exception {
    long start = System.nanoTime();
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(Integer.toString(live), Integer.toString(threads)));
    sizes.ifPresent(file -> command.add(file.toString()));
    int runs = 0;
    do {
      rows.noteLines(live, output(command));
      runs++;
    } while (runs < MAX_RUNS && System.nanoTime() - start < SHORT_NANOSECONDS);
    if (Boolean.getBoolean("jitmem.bench.progress")) {
      System.err.printf(
          Locale.ROOT,
          "bench: %s, live %,d, %s, run %d of %d: %.1f s%n",
          who,
          live,
          threads == 0 ? "sequential" : "threads sharing: " + threads,
          round,
          ROUNDS,
          (System.nanoTime() - start) / 1e9);
    }
  }

  private List<String> peer() {
    return List.of(target.resolve("asmjit-peer").toString());
  }

  /** A JVM with the flags that {@code ./bench allocator} has. */
  private static List<String> ours() {
    String flags = System.getProperty("jitmem.bench.jvm", "");
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    Arrays.stream(flags.split(" ", -1)).filter(flag -> !flag.isEmpty()).forEach(command::add);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            AllocatorBench.class.getName(),
            "--common"));
    return command;
  }

  private static List<String> output(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader()) {
      List<String> lines = out.readAllLines();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " ended with " + process.exitValue());
      }
      return lines;
    }
  }

  private void report() throws IOException {
    Comparison comparison = Comparison.of(asmjit, jitmem);
    System.out.println("# " + System.getProperty("jitmem.bench.jvm", "default flags"));
    comparison.table().forEach(System.out::println);
    asmjit
        .remarks()
        .forEach(
            (live, text) -> System.out.printf(Locale.ROOT, "# AsmJit, live %,d: %s%n", live, text));
    jitmem
        .remarks()
        .forEach(
            (live, text) -> System.out.printf(Locale.ROOT, "# jitmem, live %,d: %s%n", live, text));
    Path tsv = target.resolve("bench-compare.tsv");
    Path svg = target.resolve("bench-compare.svg");
    Files.write(tsv, comparison.tsv());
    Files.writeString(svg, new ComparisonPlot(comparison).svg());
    System.out.println("# " + tsv);
    System.out.println("# " + svg);
  }
}
