package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Section;
import io.jitmem.cpu.Cpu;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Memory that branches enter at landing pads, where the CPU has them: real code, real faults. */
class GuardedBranchesTest {
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT);
  private static final String SOURCE =
      "int twice(int n) { return 2 * n; }\nint seven(void) { return 7; }\n";
  private static final String GNU_CC = "gcc";

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void code_with_a_landing_pad_runs_where_branches_are_guarded_if_the_cpu_can(
      WriteStrategy strategy) throws Throwable {
    Emulation.assumeOffered(strategy);
    JitAllocator allocator = guarded(strategy);
    assertThat(allocator.virtMem().guardsBranches()).isEqualTo(cpuGuardsBranches());
    try (JitRuntime runtime = JitRuntime.over(allocator);
        JitFunction function = runtime.add(MachineCode.of(padded(7)), TYPE)) {
      assertThat((int) function.handle().invokeExact()).isEqualTo(7);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void code_without_a_landing_pad_ends_the_process(WriteStrategy strategy) throws Exception {
    assumeGuarded();
    List<String> command = new ArrayList<>(ChildJvm.javaCommand());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+ErrorFileToStderr",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            GuardedBranchesTest.class.getName(),
            strategy.name()));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.out()).contains("entering").doesNotContain("answered");
    assertThat(outcome.out() + outcome.err()).contains("SIGILL");
    assertThat(outcome.status()).isNotZero();
  }

  /** The process that ends. */
  public static void main(String[] arguments) throws Throwable {
    try (JitRuntime runtime = JitRuntime.over(guarded(WriteStrategy.valueOf(arguments[0])));
        JitFunction function = runtime.add(MachineCode.of(SampleCode.returning(7)), TYPE)) {
      System.out.println("entering");
      int answer = (int) function.handle().invokeExact();
      System.out.println("answered " + answer);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void a_compiler_that_was_asked_for_landing_pads_makes_code_that_runs(WriteStrategy strategy)
      throws Throwable {
    assumeGuarded();
    try (JitRuntime runtime = JitRuntime.over(guarded(strategy));
        JitFunction function = runtime.add(compiled(thisCompiler(), "standard"))) {
      assertThat(function.symbol("seven").address()).isNotEqualTo(function.address());
      assertThat((int) function.handle(FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(21))
          .isEqualTo(42);
    }
  }

  @Test
  void an_object_without_landing_pads_is_refused_before_it_is_loaded() {
    assumeGuarded();
    try (JitRuntime runtime = JitRuntime.over(guarded(WriteStrategy.DIRECT))) {
      MachineCode code = compiled(thisCompiler(), "none");
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(() -> runtime.add(code))
          .withMessageContaining("twice.o")
          .withMessageContaining("-mbranch-protection=standard");
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
  }

  @Test
  void an_object_tells_whether_it_has_landing_pads() {
    String compiler = "aarch64-linux-gnu-gcc";
    assertThat(compiled(compiler, "standard").lacksLandingPads()).isFalse();
    assertThat(compiled(compiler, "bti").lacksLandingPads()).isFalse();
    assertThat(compiled(compiler, "pac-ret").lacksLandingPads()).isTrue();
    assertThat(compiled(compiler, "none").lacksLandingPads()).isTrue();
    byte[] data = Toolchain.compileText(compiler, "-O2", ".c", "int only_data = 1;\n");
    assertThat(MachineCode.fromElf(data).lacksLandingPads()).isFalse();
    assertThat(MachineCode.fromElf(Toolchain.compiledBefore()).lacksLandingPads()).isFalse();
  }

  @Test
  void code_whose_maker_said_that_it_has_none_is_refused_on_any_cpu() {
    SimulatedVirtMem cpu =
        SimulatedVirtMem.builder().backed(8 << 20).allow(Ability.GUARDED_BRANCHES).build();
    MachineCodeBuilder builder =
        MachineCode.builder(Platform.current().architecture().orElseThrow()).name("bare");
    builder.section(Section.code(SampleCode.returning(7)));
    MachineCode padded = builder.build();
    MachineCode bare = builder.withoutLandingPads().build();
    assertThat(padded.lacksLandingPads()).isFalse();
    assertThat(bare.lacksLandingPads()).isTrue();
    JitAllocator allocator =
        JitAllocator.builder().virtMem(cpu).guardedBranches(true).blockSize(64 << 10).build();
    try (JitRuntime runtime = JitRuntime.over(allocator)) {
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(() -> runtime.add(bare))
          .withMessageContaining("bare has no landing pads");
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(() -> runtime.addAll(List.of(padded, bare)));
      runtime.add(padded).close();
      assertThat(allocator.statistics().spanCount()).isZero();
    }
    cpu.requireNothingMapped();
  }

  private static MachineCode compiled(String compiler, String protection) {
    String options = "-O2 -mbranch-protection=" + protection;
    return MachineCode.fromElf("twice.o", Toolchain.compileText(compiler, options, ".c", SOURCE));
  }

  private static String thisCompiler() {
    List<String> compilers = Toolchain.compilersOfThisCpu(GNU_CC);
    assumeTrue(!compilers.isEmpty(), "there is no gcc for this CPU");
    return compilers.getFirst();
  }

  private static JitAllocator guarded(WriteStrategy strategy) {
    return JitAllocator.builder().strategy(strategy).guardedBranches(true).build();
  }

  private static void assumeGuarded() {
    VirtMem memory = VirtMem.host();
    assumeTrue(
        memory.guardingBranches().guardsBranches(),
        () -> memory.capabilities().of(Ability.GUARDED_BRANCHES).getFirst().detail());
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
