package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.perf.Jitdump;
import io.jitmem.observe.perf.PerfMap;
import io.jitmem.virtmem.Architecture;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Locale;

/** Writes more for perf than its files may hold, by a thread that was interrupted. */
final class PerfLimitedChild {
  private static final int FUNCTIONS = 20_000;

  private PerfLimitedChild() {}

  /** Arguments: the directory, the form, and whether the limit is raised halfway. */
  public static void main(String[] arguments) throws Throwable {
    Restraints.limit(Restraints.RLIMIT_FSIZE, 100 << 10);
    Path directory = Path.of(arguments[0]);
    Thread.currentThread().interrupt();
    if (arguments[1].equals("map")) {
      PerfMap map = PerfMap.open(directory);
      System.out.println(map.path().getFileName());
      publish(map, arguments.length > 2);
      end(map::close);
    } else {
      Jitdump dump = Jitdump.open(directory);
      System.out.println(dump.path().getFileName());
      publish(dump, arguments.length > 2);
      end(dump::close);
    }
    System.out.println("interrupted " + Thread.currentThread().isInterrupted());
  }

  private static void publish(CodeListener listener, boolean raise) throws Throwable {
    String failure = "none";
    for (int i = 0; i < FUNCTIONS; i++) {
      if (raise && i == FUNCTIONS / 2) {
        Restraints.limit(Restraints.RLIMIT_FSIZE, 1 << 20);
      }
      try {
        listener.published(code(String.format(Locale.ROOT, "function%08d", i)));
      } catch (UncheckedIOException full) {
        failure = full.getMessage();
      }
    }
    System.out.println(failure);
  }

  private static void end(Runnable close) {
    try {
      close.run();
    } catch (UncheckedIOException full) {
      System.out.println(full.getMessage());
    }
  }

  private static PublishedCode code(String name) {
    byte[] bytes = "code".getBytes(UTF_8);
    return new PublishedCode(
        new CodeRange(0x10, bytes.length),
        MemorySegment.ofArray(bytes),
        Architecture.X86_64,
        CodeDescription.of(name));
  }
}
