package io.jitmem.tests.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The system's static zlib, loaded by jitmem and linked by the system's linker into a shared
 * library, called through FFM in turn. Prints medians, and the median of the ratios round by round.
 *
 * <p>Arguments: the number of rounds (default 15).
 */
@SuppressWarnings("restricted") // the shared library is what is compared with
public final class ZlibComparison {
  private static final int BYTE_SIZE = 10_000_000;
  private static final int LEVEL = 6;
  private static final int WARM_UPS = 2;

  private final Zlib shared;
  private final Zlib loaded;
  private final MemorySegment text;
  private final MemorySegment room;
  private final int rounds;

  private ZlibComparison(Zlib shared, Zlib loaded, Arena arena, int rounds) {
    this.shared = shared;
    this.loaded = loaded;
    this.rounds = rounds;
    text = Zlib.nativeCopy(Zlib.text(BYTE_SIZE), arena);
    room = arena.allocate(shared.bound(BYTE_SIZE));
  }

  /** Runs the comparison. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 15;
    Path library =
        Zlib.library()
            .orElseThrow(() -> new IllegalStateException("apt-get install -y zlib1g-dev"));
    Path work = Files.createTempDirectory("jitmem-zlib");
    try (Arena arena = Arena.ofConfined();
        LoadedZlib loaded = LoadedZlib.of(library)) {
      Zlib shared = shared(link(library, work), arena);
      new ZlibComparison(shared, loaded.functions(), arena, rounds).run(arena);
    } finally {
      Files.deleteIfExists(work.resolve("libz.so"));
      Files.delete(work);
    }
  }

  private void run(Arena arena) {
    MemorySegment compressed =
        Zlib.nativeCopy(
            shared.compress(text, room, LEVEL).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
            arena);
    MemorySegment back = arena.allocate(BYTE_SIZE);
    System.out.println("what\tshared ms\tjitmem ms\tratio");
    compare(
        "compress 10 MB",
        () -> shared.compress(text, room, LEVEL),
        () -> loaded.compress(text, room, LEVEL));
    compare(
        "decompress 10 MB",
        () -> shared.uncompress(compressed, back),
        () -> loaded.uncompress(compressed, back));
  }

  private void compare(
      String what, Supplier<MemorySegment> ofShared, Supplier<MemorySegment> ofLoaded) {
    double[] sharedTimes = new double[rounds];
    double[] loadedTimes = new double[rounds];
    double[] ratios = new double[rounds];
    for (int round = -WARM_UPS; round < rounds; round++) {
      double a = milliseconds(ofShared);
      double b = milliseconds(ofLoaded);
      if (round >= 0) {
        sharedTimes[round] = a;
        loadedTimes[round] = b;
        ratios[round] = b / a;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s\t%.2f\t%.2f\t%.3f%n",
        what,
        median(sharedTimes),
        median(loadedTimes),
        median(ratios));
  }

  private static double milliseconds(Supplier<MemorySegment> work) {
    long start = System.nanoTime();
    MemorySegment result = work.get();
    long nanos = System.nanoTime() - start;
    if (result.byteSize() == 0) {
      throw new IllegalStateException("nothing was written");
    }
    return nanos / 1e6;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /**
   * All objects of the static library, as a shared one whose functions call each other directly.
   */
  private static Path link(Path library, Path work) throws IOException, InterruptedException {
    Path so = work.resolve("libz.so");
    List<String> command =
        List.of(
            "gcc",
            "-shared",
            "-Wl,-Bsymbolic",
            "-o",
            so.toString(),
            "-Wl,--whole-archive",
            library.toString(),
            "-Wl,--no-whole-archive");
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + status);
    }
    return so;
  }

  private static Zlib shared(Path library, Arena arena) {
    SymbolLookup lookup = SymbolLookup.libraryLookup(library, arena);
    Linker linker = Linker.nativeLinker();
    return new Zlib((name, type) -> linker.downcallHandle(lookup.find(name).orElseThrow(), type));
  }
}
