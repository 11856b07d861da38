package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.cpu.Cpu;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code that begins with the landing pad of this CPU, where it is asked for one. */
class GuardedBranchesTest {
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT);

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void code_with_a_landing_pad_runs_where_branches_are_guarded_if_the_cpu_can(
      WriteStrategy strategy) throws Throwable {
    JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).guardedBranches(true).build();
    assertThat(allocator.virtMem().guardsBranches()).isEqualTo(cpuGuardsBranches());
    try (JitRuntime runtime = JitRuntime.over(allocator);
        JitFunction function = runtime.add(MachineCode.of(padded(7)), TYPE)) {
      assertThat((int) function.handle().invokeExact()).isEqualTo(7);
    }
  }

  private static boolean cpuGuardsBranches() {
    return Platform.current().architecture().equals(Optional.of(Architecture.AARCH64))
        && VirtMem.host().cpuFeatures().contains("BTI");
  }

  private static byte[] padded(int number) {
    byte[] pad = Cpu.host().landingPad();
    byte[] code = SampleCode.returning(number);
    byte[] both = new byte[pad.length + code.length];
    System.arraycopy(pad, 0, both, 0, pad.length);
    System.arraycopy(code, 0, both, pad.length, code.length);
    return both;
  }
}
