package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code is executed in memory of every kind that the host's backend gives. */
@SuppressWarnings("restricted") // calls generated code as users do
class ExecutionTest {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);

  private final VirtMem system = VirtMem.host();
  private final long page = system.pages().byteSize();

  static Stream<Capability> mechanisms() {
    return VirtMem.host().capabilities().of(Ability.DUAL_MAPPING).stream();
  }

  @ParameterizedTest
  @MethodSource("mechanisms")
  void through_two_views_by_each_mechanism_and_again_after_a_change(Capability mechanism)
      throws Throwable {
    assumeTrue(mechanism.available(), mechanism.detail());
    DualMapping dual =
        system.allocateDual(page, MappingOptions.NONE.withMechanism(mechanism.mechanism()));
    write(dual.rw(), dual.rx(), SampleCode.ADD);
    assertThat(call(dual.rx())).isEqualTo(42);
    write(dual.rw(), dual.rx(), SampleCode.returning(7));
    system.synchronizeCores();
    assertThat(call(dual.rx())).isEqualTo(7);
    system.release(dual);
  }

  @Test
  void in_memory_that_is_writable_and_executable() throws Throwable {
    assumeTrue(system.capabilities().allows(Ability.RWX), "this system refuses such memory");
    MemorySegment memory = system.allocate(page, Protection.RWX);
    write(memory, memory, SampleCode.ADD);
    assertThat(call(memory)).isEqualTo(42);
    system.release(memory);
  }

  @Test
  void in_memory_that_was_written_and_then_made_executable() throws Throwable {
    assumeTrue(system.capabilities().allows(Ability.RW_TO_RX), "this system refuses the change");
    MemorySegment memory = system.allocate(page, Protection.RW);
    write(memory, memory, SampleCode.ADD);
    system.protect(memory, Protection.RX);
    assertThat(call(memory)).isEqualTo(42);
    system.release(memory);
  }

  private void write(MemorySegment rw, MemorySegment rx, byte[] code) {
    MemorySegment.copy(code, 0, rw, JAVA_BYTE, 0, code.length);
    system.flushInstructionCache(rx);
  }

  private static int call(MemorySegment entry) throws Throwable {
    MethodHandle handle = Linker.nativeLinker().downcallHandle(entry, TYPE);
    return (int) handle.invokeExact(40, 2);
  }
}
