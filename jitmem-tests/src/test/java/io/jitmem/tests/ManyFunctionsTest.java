package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hundred thousand functions, each with a number of its own to return. */
@SuppressWarnings("restricted") // tests call generated code as users do
class ManyFunctionsTest {
  private static final int COUNT = 100_000;
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT);

  private final Random random = new Random(20_261_123);

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void all_answer_their_number_and_leave_nothing_behind(WriteStrategy strategy) throws Throwable {
    Emulation.assumeOffered(strategy);
    List<Long> addresses = new ArrayList<>();
    try (JitRuntime runtime = JitRuntime.over(JitAllocator.builder().strategy(strategy).build())) {
      JitFunction[] functions = new JitFunction[COUNT];
      for (int number = 0; number < COUNT; number++) {
        functions[number] = add(runtime, number);
        addresses.add(functions[number].address());
      }
      callAll(functions);
      BitSet released = releaseHalf(functions);
      assertThat(runtime.allocator().statistics().spanCount()).isEqualTo(COUNT / 2);
      released.stream().forEach(number -> functions[number] = add(runtime, number));
      released.stream().forEach(number -> addresses.add(functions[number].address()));
      callAll(functions);
      assertThat(runtime.allocator().statistics().spanCount()).isEqualTo(COUNT);
      runtime.allocator().verify();
    }
    requireNothingLeft(addresses);
  }

  private JitFunction add(JitRuntime runtime, int number) {
    byte[] code = SampleCode.returning(number);
    return runtime.add(MachineCode.of(SampleCode.padded(code, 8 + random.nextInt(1024))));
  }

  private void callAll(JitFunction[] functions) throws Throwable {
    MethodHandle atAddress = Linker.nativeLinker().downcallHandle(TYPE);
    for (int number = 0; number < COUNT; number++) {
      int answer =
          (int) atAddress.invokeExact(MemorySegment.ofAddress(functions[number].address()));
      assertThat(answer).isEqualTo(number);
    }
    for (int number = 0; number < COUNT; number += 997) {
      int answer = (int) functions[number].handle(TYPE).invokeExact();
      assertThat(answer).isEqualTo(number);
    }
  }

  private BitSet releaseHalf(JitFunction[] functions) {
    BitSet released = new BitSet();
    while (released.cardinality() < COUNT / 2) {
      released.set(random.nextInt(COUNT));
    }
    released.stream().forEach(number -> functions[number].close());
    return released;
  }

  private static void requireNothingLeft(List<Long> addresses) {
    List<ProcessMaps.Line> executable =
        ProcessMaps.lines().stream().filter(ProcessMaps.Line::executable).toList();
    for (ProcessMaps.Line line : executable) {
      assertThat(addresses).noneMatch(line::contains);
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
    assertThat(ProcessMaps.ourDescriptors()).isEmpty();
  }
}
