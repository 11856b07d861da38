package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;

/** Calls a compiled function, which calls others, for long enough to be seen. */
final class PerfFramesChild {
  private static final long COUNT = 300_000_000;

  private PerfFramesChild() {}

  /** The argument is an object file with a function {@code top}; prints the process's number. */
  public static void main(String[] arguments) throws Throwable {
    MachineCode object = MachineCode.fromElf("top.o", Files.readAllBytes(Path.of(arguments[0])));
    try (JitRuntime runtime = JitRuntime.create();
        JitModule module = runtime.addModule(object)) {
      long result =
          (long)
              module
                  .function("top")
                  .handle(FunctionDescriptor.of(JAVA_LONG, JAVA_LONG))
                  .invokeExact(COUNT);
      System.out.println(ProcessHandle.current().pid() + " " + (result >= COUNT));
    }
  }
}
