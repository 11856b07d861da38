package io.jitmem.tool.heap;

import io.jitmem.tool.command.InputFile;
import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The sizes in bytes that a workload asks for, one after the other. */
interface Sizes {
  /** The largest that a trace may have. */
  long MOST = 1 << 20;

  /** The next size. */
  long next(RandomGenerator random);

  /**
   * Reads the value of {@code --workload}.
   *
   * @throws UsageException if there is no such workload, or its file is no trace
   */
  static Sizes of(@Nullable String workload) {
    if (workload == null || workload.equals("churn")) {
      return random -> Math.clamp((long) Math.exp(5.9 + 1.1 * random.nextGaussian()), 16, 1 << 16);
    }
    if (workload.startsWith("trace:")) {
      return trace(workload.substring("trace:".length()));
    }
    throw new UsageException(
        "--workload: unknown workload "
            + Quoted.of(workload)
            + NearestName.question(workload, List.of("churn", "trace"))
            + "; there are churn, trace:FILE");
  }

  private static Sizes trace(String name) {
    InputFile files = new InputFile(16 << 20, "a file of one size in bytes per line");
    List<String> lines = new String(files.read(name), StandardCharsets.UTF_8).lines().toList();
    long[] sizes = new long[lines.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(name, i + 1, lines.get(i).strip());
    }
    return new Trace(sizes);
  }

  private static long size(String name, int line, String text) {
    try {
      long size = Long.parseLong(text);
      if (size >= 1 && size <= MOST) {
        return size;
      }
      throw bad(name, line, text);
    } catch (NumberFormatException notOne) {
      UsageException wrong = bad(name, line, text);
      wrong.initCause(notOne);
      throw wrong;
    }
  }

  private static UsageException bad(String name, int line, String text) {
    return new UsageException(
        "line %d of %s: %s is not a size in bytes, 1..%d"
            .formatted(line, Quoted.of(name), Quoted.of(text), MOST));
  }
}
