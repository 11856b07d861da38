package io.jitmem.tests.bench;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.perf.Jitdump;
import io.jitmem.observe.perf.PerfMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What it costs that perf is to name code: {@value #FUNCTIONS} functions of {@value #CODE_BYTES}
 * bytes are allocated, described and written in scopes of {@value #A_SCOPE} on a new allocator,
 * without a listener, with perf's map and with a jitdump in turn. The files are made and closed
 * inside the measured time, and go to the directory for temporary files. Measured is the processor
 * time of the thread, in the program and in the kernel: not what others take of the machine, and
 * not when the system brings the files to the disk.
 *
 * <p>Rounds that do not count come first, {@value #WARM_UP} of them. The listener's part is the
 * difference to the run without one of the same round; the figure is the median of the rounds,
 * behind it are the least and the largest.
 */
public final class PerfBench {
  private static final int FUNCTIONS = 100_000;
  private static final int A_SCOPE = 1_000;
  private static final int CODE_BYTES = 256;
  private static final int WARM_UP = 5;
  private static final int DEFAULT_ROUNDS = 21;
  private static final int MOST_ROUNDS = 1_000;

  private enum Form {
    NONE,
    MAP,
    JITDUMP
  }

  private final MemorySegment code = MemorySegment.ofArray(code());
  private final List<CodeDescription> descriptions = new ArrayList<>();
  private final Map<Form, double[]> parts = new EnumMap<>(Form.class);

  private PerfBench(int rounds) {
    for (int i = 0; i < FUNCTIONS; i++) {
      descriptions.add(CodeDescription.of("generated_function_" + i));
    }
    for (Form form : Form.values()) {
      parts.put(form, new double[rounds]);
    }
  }

  private static byte[] code() {
    byte[] code = new byte[CODE_BYTES];
    Arrays.fill(code, (byte) 0xC3);
    return code;
  }

  /** Prints {@code listener <tab> median ns <tab> least <tab> largest}. */
  public static void main(String[] words) throws IOException {
    int rounds;
    try {
      List<String> arguments = new Arguments(words).positional(1);
      rounds =
          arguments.isEmpty()
              ? DEFAULT_ROUNDS
              : (int) Arguments.number("ROUNDS", arguments.getFirst(), 1, MOST_ROUNDS);
    } catch (IllegalArgumentException wrong) {
      System.err.println("bench: " + wrong.getMessage());
      System.exit(2);
      return;
    }
    new PerfBench(rounds).run(rounds);
  }

  private void run(int rounds) throws IOException {
    for (int round = -WARM_UP; round < rounds; round++) {
      double none = measure(Form.NONE);
      note(Form.NONE, round, none);
      note(Form.MAP, round, measure(Form.MAP) - none);
      note(Form.JITDUMP, round, measure(Form.JITDUMP) - none);
    }
    System.out.println("ns a function\tmedian\tleast\tlargest");
    print("publication without a listener", Form.NONE);
    print("the map's part", Form.MAP);
    print("the jitdump's part", Form.JITDUMP);
  }

  private void note(Form form, int round, double nanoseconds) {
    if (round >= 0) {
      parts.get(form)[round] = nanoseconds;
    }
  }

  private void print(String what, Form form) {
    double[] sorted = parts.get(form);
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "%s\t%.0f\t%.0f\t%.0f%n",
        what,
        sorted[sorted.length / 2],
        sorted[0],
        sorted[sorted.length - 1]);
  }

  /** Nanoseconds a function. */
  private double measure(Form form) throws IOException {
    Path directory = Files.createTempDirectory("jitmem-bench");
    try {
      System.gc();
      long start = cpuNanoseconds();
      switch (form) {
        case NONE -> publish(null);
        case MAP -> {
          try (PerfMap map = PerfMap.open(directory)) {
            publish(map);
          }
        }
        case JITDUMP -> {
          try (Jitdump dump = Jitdump.open(directory)) {
            publish(dump);
          }
        }
      }
      return (double) (cpuNanoseconds() - start) / FUNCTIONS;
    } finally {
      deleteAll(directory);
    }
  }

  private static long cpuNanoseconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void publish(CodeListener listener) {
    JitAllocatorBuilder builder =
        JitAllocator.builder().strategy(WriteStrategy.DUAL).blockSize(32 << 20);
    if (listener != null) {
      builder.listener(listener);
    }
    try (JitAllocator allocator = builder.build()) {
      for (int i = 0; i < FUNCTIONS; i += A_SCOPE) {
        publishSome(allocator, i);
      }
    }
  }

  private void publishSome(JitAllocator allocator, int first) {
    try (WriteScope scope = allocator.writeScope()) {
      for (int i = first; i < first + A_SCOPE; i++) {
        Span span = scope.allocate(CODE_BYTES);
        scope.describe(span, descriptions.get(i));
        scope.write(span, 0, code);
      }
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
