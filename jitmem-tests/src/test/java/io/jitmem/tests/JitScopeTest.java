package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.runtime.JitScope;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Functions that end together, and the end of a runtime. */
class JitScopeTest {
  private static final FunctionDescriptor BINARY =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor CALLING = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final MachineCode ADD = MachineCode.of(SampleCode.ADD);
  private static final MachineCode CALL = MachineCode.of(SampleCode.CALL);

  private final FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
  private final JitRuntime runtime =
      JitRuntime.over(JitAllocator.builder().virtMem(system).build());

  @AfterEach
  void nothing_is_left_when_the_runtime_is_closed() {
    runtime.close();
    assertThat(runtime.allocator().isClosed()).isTrue();
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void a_scope_closes_its_functions_with_one_synchronisation_of_the_cores() {
    JitFunction outside = runtime.add(ADD, BINARY);
    JitScope scope = runtime.scope();
    List<MethodHandle> handles = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      handles.add(scope.add(ADD, BINARY).guardedHandle());
    }
    long synchronisations = system.calls(Operation.SYNCHRONIZE);
    scope.close();
    assertThat(system.calls(Operation.SYNCHRONIZE)).isEqualTo(synchronisations + 1);
    assertThat(handles)
        .allSatisfy(
            handle -> assertThatIllegalStateException().isThrownBy(() -> handle.invoke(1, 2)));
    assertThat(spanCount()).isEqualTo(1);
    assertThat(outside.address()).isPositive();
    assertThat(scope).hasToString("JitScope[0 functions, closed]");
    scope.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> scope.add(ADD))
        .withMessage("the scope is closed");
    assertThatIllegalStateException().isThrownBy(() -> scope.add(ADD, BINARY));
    assertThat(spanCount()).isEqualTo(1);
  }

  @Test
  void functions_without_guarded_handles_need_no_synchronisation() {
    JitScope scope = runtime.scope();
    for (int i = 0; i < 10; i++) {
      scope.add(ADD, BINARY);
    }
    long synchronisations = system.calls(Operation.SYNCHRONIZE);
    scope.close();
    assertThat(system.calls(Operation.SYNCHRONIZE)).isEqualTo(synchronisations);
    assertThat(spanCount()).isZero();
  }

  @Test
  void a_function_may_be_closed_before_its_scope() {
    JitScope scope = runtime.scope();
    JitFunction first = scope.add(ADD, BINARY);
    JitFunction second = scope.add(ADD);
    first.close();
    assertThat(spanCount()).isEqualTo(1);
    assertThat(scope).hasToString("JitScope[1 functions]");
    assertThat(second.address()).isPositive();
    scope.close();
    assertThat(spanCount()).isZero();
  }

  @Test
  void a_function_that_runs_when_its_scope_is_closed_stays_and_the_others_go() {
    JitScope scope = runtime.scope();
    List<JitFunction> others = List.of(scope.add(ADD, BINARY), scope.add(ADD));
    MethodHandle handle = scope.add(CALL).guardedHandle(CALLING);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment closing =
          Upcalls.of(
              arena,
              () -> {
                scope.close();
                return (int) spanCount();
              });
      assertThat(Upcalls.call(handle, closing)).isEqualTo(1);
    }
    assertThat(spanCount()).isZero();
    assertThat(others)
        .allSatisfy(other -> assertThatIllegalStateException().isThrownBy(other::address));
  }

  @Test
  void a_function_that_cannot_be_bound_leaves_nothing_in_the_scope() {
    JitScope scope = runtime.scope();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scope.add(ADD, FunctionDescriptor.ofVoid(MemoryLayout.paddingLayout(4))));
    assertThat(scope).hasToString("JitScope[0 functions]");
    assertThat(spanCount()).isZero();
  }

  @Test
  void when_the_cores_cannot_be_synchronised_all_are_closed_and_the_memory_goes_later() {
    JitScope scope = runtime.scope();
    MethodHandle handle = scope.add(ADD, BINARY).guardedHandle();
    scope.add(ADD);
    system.follow(FaultPlan.parse("synchronize: fail EPERM"));
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(scope::close);
    assertThatIllegalStateException().isThrownBy(() -> handle.invoke(1, 2));
    assertThat(spanCount()).isEqualTo(2);
    scope.close();
    assertThat(spanCount()).isZero();
  }

  @Test
  void a_block_that_the_system_does_not_take_back_does_not_keep_the_other_functions() {
    try (JitRuntime eager =
        JitRuntime.over(JitAllocator.builder().virtMem(system).immediateRelease(true).build())) {
      JitScope scope = eager.scope();
      scope.add(ADD, BINARY);
      scope.add(MachineCode.of(SampleCode.padded(SampleCode.ADD, 200_000)));
      system.follow(FaultPlan.parse("releaseDual: fail ENOMEM; release: fail ENOMEM"));
      assertThatExceptionOfType(VirtMemException.class).isThrownBy(scope::close);
      assertThat(eager.allocator().statistics().spanCount()).isZero();
      assertThat(scope).hasToString("JitScope[0 functions, closed]");
    }
  }

  @Test
  void a_scope_outlives_its_runtime_without_harm() {
    JitScope scope = runtime.scope();
    JitFunction add = scope.add(ADD, BINARY);
    MethodHandle handle = add.guardedHandle();
    runtime.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> handle.invoke(1, 2))
        .withMessageContaining("the runtime of the code in")
        .withMessageContaining("is closed");
    assertThatIllegalStateException().isThrownBy(() -> scope.add(ADD));
    assertThatIllegalStateException().isThrownBy(() -> runtime.add(ADD));
    assertThatIllegalStateException().isThrownBy(add::handle);
    assertThatIllegalStateException().isThrownBy(add::guardedHandle);
    scope.close();
    add.close();
  }

  @Test
  void a_runtime_that_is_closed_from_inside_ends_when_the_call_has_left() {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    MethodHandle other = runtime.add(ADD, BINARY).guardedHandle();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment closing =
          Upcalls.of(
              arena,
              () -> {
                runtime.close();
                runtime.close();
                assertThatIllegalStateException().isThrownBy(() -> other.invoke(1, 2));
                assertThatIllegalStateException().isThrownBy(() -> runtime.add(ADD));
                assertThatIllegalStateException().isThrownBy(call::address);
                return runtime.allocator().isClosed() ? -1 : 3;
              });
      assertThat(Upcalls.call(handle, closing)).isEqualTo(3);
      assertThat(runtime.allocator().isClosed()).isTrue();
      assertThatIllegalStateException().isThrownBy(() -> Upcalls.call(handle, closing));
    }
  }

  @Test
  void what_the_end_of_the_runtime_throws_goes_to_the_last_call() {
    MethodHandle handle = runtime.add(CALL).guardedHandle(CALLING);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment closing =
          Upcalls.of(
              arena,
              () -> {
                runtime.close();
                system.follow(FaultPlan.parse("releaseDual: fail ENOMEM; release: fail ENOMEM"));
                return 3;
              });
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> Upcalls.call(handle, closing));
    }
  }

  private long spanCount() {
    return runtime.allocator().statistics().spanCount();
  }
}
