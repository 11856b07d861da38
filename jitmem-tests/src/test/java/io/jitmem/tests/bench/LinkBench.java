package io.jitmem.tests.bench;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.code.X86_64Relocation;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What it costs to add functions of 300 bytes with one relocation each, a call of a C function, and
 * to close them again: nanoseconds per function, in batches of {@value #BATCH}. The rows {@code
 * single} add each by itself. No handle is made, and nothing is called.
 *
 * <p>Each figure is the least of {@value #REPETITIONS} repetitions, after as many that do not
 * count. A function that stays keeps the block, so that from the second repetition on every
 * function goes to memory that held another one, and its publication synchronises the cores.
 */
public final class LinkBench {
  private static final int BATCH = 1000;
  private static final int REPETITIONS = 300;
  private static final int CODE_BYTES = 300;

  private final JitRuntime runtime;
  private final SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
  private final List<MachineCode> codes = new ArrayList<>();
  private final JitFunction[] functions = new JitFunction[BATCH];

  private LinkBench(WriteStrategy strategy) {
    runtime = JitRuntime.over(JitAllocator.builder().strategy(strategy).blockSize(1 << 20).build());
    for (int i = 0; i < BATCH; i++) {
      codes.add(code());
    }
  }

  /** Prints {@code way <tab> add ns <tab> close ns} for each strategy. */
  public static void main(String[] arguments) {
    if (arguments.length > 0) {
      throw new IllegalArgumentException("'" + arguments[0] + "' is one argument too many");
    }
    System.out.println("way\tadd ns\tclose ns");
    for (WriteStrategy strategy : List.of(WriteStrategy.DIRECT, WriteStrategy.DUAL)) {
      LinkBench bench = new LinkBench(strategy);
      try (JitRuntime runtime = bench.runtime) {
        runtime.add(bench.codes.getFirst(), bench.lookup);
        bench.print("batch", strategy, true);
        bench.print("single", strategy, false);
      }
    }
  }

  private static MachineCode code() {
    byte[] bytes = new byte[CODE_BYTES];
    Arrays.fill(bytes, (byte) 0xC3);
    bytes[0] = (byte) 0xE8;
    MachineCodeBuilder builder = MachineCode.builder(Architecture.X86_64);
    Section text = builder.section(Section.code(bytes));
    return builder
        .relocate(new Relocation(text, 1, X86_64Relocation.PLT32, builder.undefined("strlen"), -4))
        .build();
  }

  private void print(String way, WriteStrategy strategy, boolean batch) {
    long add = Long.MAX_VALUE;
    long close = Long.MAX_VALUE;
    for (int i = -REPETITIONS; i < REPETITIONS; i++) {
      long start = System.nanoTime();
      add(batch);
      long middle = System.nanoTime();
      closeAll();
      long end = System.nanoTime();
      if (i >= 0) {
        add = Math.min(add, middle - start);
        close = Math.min(close, end - middle);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s-%s\t%.0f\t%.0f%n",
        way,
        strategy.name().toLowerCase(Locale.ROOT),
        (double) add / BATCH,
        (double) close / BATCH);
  }

  private void add(boolean batch) {
    if (batch) {
      runtime.addAll(codes, lookup).toArray(functions);
      return;
    }
    for (int i = 0; i < BATCH; i++) {
      functions[i] = runtime.add(codes.get(i), lookup);
    }
  }

  private void closeAll() {
    for (JitFunction function : functions) {
      function.close();
    }
  }
}
