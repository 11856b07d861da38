package io.jitmem.tool.run;

import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Code that is to be run, and is not in memory yet. */
sealed interface CodeSource permits CodeSource.Plain, ObjectCode {
  /**
   * Puts the code into memory.
   *
   * @param runtime where to; the code ends with it
   * @param arena for what the code needs besides
   */
  MethodHandle load(JitRuntime runtime, FunctionDescriptor type, Arena arena);

  /** Bytes that are entered at the first. */
  record Plain(MachineCode code) implements CodeSource {
    @Override
    public MethodHandle load(JitRuntime runtime, FunctionDescriptor type, Arena arena) {
      return runtime.add(code, type).handle();
    }
  }
}
