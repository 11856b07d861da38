package io.jitmem.tests;

import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Platform;
import java.io.UncheckedIOException;

/** Adds functions in two runtimes, and knows of no profiler. */
final class PerfEnvironmentChild {
  private PerfEnvironmentChild() {}

  /** Prints the process's number and the functions' address, or what was thrown, once a runtime. */
  public static void main(String[] arguments) {
    for (String name : new String[] {"environmental", "second"}) {
      try (JitRuntime runtime = JitRuntime.create()) {
        JitFunction function = runtime.add(named(name));
        System.out.println(ProcessHandle.current().pid());
        System.out.println(Long.toHexString(function.address()));
      } catch (IllegalArgumentException | UncheckedIOException refused) {
        System.out.println(refused);
      }
    }
  }

  private static MachineCode named(String name) {
    var builder = MachineCode.builder(Platform.current().architecture().orElseThrow());
    Section text = builder.section(Section.code(SampleCode.returning(1)));
    builder.symbol(Symbol.defined(name, text, 0).withByteSize(4));
    return builder.build();
  }
}
