package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that are counted, with the end of the code before, between and during them. */
@ParameterizedClass
@EnumSource(
    value = WriteStrategy.class,
    names = {"DIRECT", "DUAL"})
class GuardedHandleTest {
  private static final FunctionDescriptor BINARY =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor CALLING = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final MachineCode ADD = MachineCode.of(SampleCode.ADD);
  private static final MachineCode CALL = MachineCode.of(SampleCode.CALL);

  private final FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
  private final JitRuntime runtime;

  GuardedHandleTest(WriteStrategy strategy) {
    runtime = JitRuntime.over(JitAllocator.builder().virtMem(system).strategy(strategy).build());
  }

  @AfterEach
  void nothing_is_left_when_the_runtime_is_closed() {
    runtime.close();
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void calls_as_the_raw_handle_does_until_the_function_is_closed() throws Throwable {
    JitFunction add = runtime.add(ADD, BINARY);
    MethodHandle handle = add.guardedHandle();
    assertThat(handle.type()).isEqualTo(add.handle().type());
    assertThat((int) handle.invokeExact(40, 2)).isEqualTo(42);
    assertThat((int) add.guardedHandle(BINARY).invokeExact(-1, 2)).isEqualTo(1);
    add.close();
    assertThat(spanCount()).isZero();
    assertThatIllegalStateException()
        .isThrownBy(() -> handle.invoke(40, 2))
        .withMessageContaining("Span[0x")
        .withMessageContaining("is closed");
    assertThatIllegalStateException().isThrownBy(add::guardedHandle);
    assertThatIllegalStateException().isThrownBy(() -> add.guardedHandle(BINARY));
    assertThatIllegalStateException().isThrownBy(add::handle);
    assertThatIllegalStateException().isThrownBy(() -> add.handle(BINARY));
    assertThatIllegalStateException().isThrownBy(add::address);
    add.close();
  }

  @Test
  void a_function_without_a_descriptor_wants_one() {
    JitFunction add = runtime.add(ADD);
    assertThatIllegalStateException()
        .isThrownBy(add::guardedHandle)
        .withMessageContaining("guardedHandle(descriptor)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> add.guardedHandle(FunctionDescriptor.ofVoid(MemoryLayout.paddingLayout(4))));
  }

  @Test
  void another_handle_of_a_known_type_takes_no_class() throws ReflectiveOperationException {
    addMany(10).forEach(function -> function.guardedHandle(FunctionDescriptor.of(JAVA_INT)));
    long before = loadedClassCount();
    addMany(2000).forEach(function -> function.guardedHandle(FunctionDescriptor.of(JAVA_INT)));
    assertThat(loadedClassCount() - before).isLessThan(50);
  }

  @Test
  void a_close_during_a_call_returns_at_once_and_the_memory_goes_when_the_call_has_left()
      throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    try (Arena arena = Arena.ofShared();
        ExecutorService threads = Executors.newCachedThreadPool();
        BlockingUpcall upcall = new BlockingUpcall(arena, 7)) {
      Future<Integer> result = threads.submit(() -> invoke(handle, upcall.address()));
      upcall.awaitCall();
      long synchronisations = system.calls(Operation.SYNCHRONIZE);
      call.close();
      assertThatIllegalStateException().isThrownBy(() -> invoke(handle, upcall.address()));
      call.close();
      assertThat(spanCount()).isEqualTo(1);
      assertThat(system.calls(Operation.SYNCHRONIZE)).isEqualTo(synchronisations);
      List<JitFunction> others = addMany(100);
      assertThat(result).isNotDone();
      upcall.letReturn();
      assertThat(result.get()).isEqualTo(7);
      assertThat(spanCount()).isEqualTo(100);
      assertThat(system.calls(Operation.SYNCHRONIZE)).isEqualTo(synchronisations + 1);
      others.forEach(JitFunction::close);
    }
  }

  @Test
  void the_memory_stays_until_the_last_of_several_calls() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    try (Arena arena = Arena.ofShared();
        ExecutorService threads = Executors.newCachedThreadPool();
        BlockingUpcall first = new BlockingUpcall(arena, 1);
        BlockingUpcall second = new BlockingUpcall(arena, 2)) {
      Future<Integer> one = threads.submit(() -> invoke(handle, first.address()));
      Future<Integer> two = threads.submit(() -> invoke(handle, second.address()));
      first.awaitCall();
      second.awaitCall();
      call.close();
      second.letReturn();
      assertThat(two.get()).isEqualTo(2);
      assertThat(spanCount()).isEqualTo(1);
      first.letReturn();
      assertThat(one.get()).isEqualTo(1);
      assertThat(spanCount()).isZero();
    }
  }

  @Test
  void a_function_is_closed_from_inside() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    AtomicInteger inside = new AtomicInteger();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment closing =
          Upcalls.of(
              arena,
              () -> {
                call.close();
                inside.set((int) spanCount());
                return 5;
              });
      assertThat(invoke(handle, closing)).isEqualTo(5);
      assertThat(inside).hasValue(1);
      assertThat(spanCount()).isZero();
      assertThatIllegalStateException().isThrownBy(() -> invoke(handle, closing));
    }
  }

  @Test
  void a_function_that_calls_itself_goes_when_the_outermost_call_has_left() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    AtomicInteger depth = new AtomicInteger();
    AtomicReference<MemorySegment> self = new AtomicReference<>();
    List<Long> spans = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      self.set(
          Upcalls.of(
              arena,
              () -> {
                int result;
                if (depth.incrementAndGet() < 50) {
                  result = 1 + invoke(handle, self.get());
                } else {
                  call.close();
                  result = 1;
                }
                spans.add(spanCount());
                return result;
              }));
      assertThat(invoke(handle, self.get())).isEqualTo(50);
      assertThat(spans).hasSize(50).containsOnly(1L);
      assertThat(spanCount()).isZero();
    }
  }

  @Test
  void a_call_inside_is_refused_when_the_function_is_closed_by_then() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    AtomicReference<MemorySegment> self = new AtomicReference<>();
    try (Arena arena = Arena.ofConfined()) {
      self.set(
          Upcalls.of(
              arena,
              () -> {
                call.close();
                assertThatIllegalStateException().isThrownBy(() -> invoke(handle, self.get()));
                return 9;
              }));
      assertThat(invoke(handle, self.get())).isEqualTo(9);
    }
    assertThat(spanCount()).isZero();
  }

  @Test
  void a_call_whose_argument_is_refused_does_not_stay_counted() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    MemorySegment dead;
    try (Arena arena = Arena.ofConfined()) {
      dead = arena.allocate(8);
    }
    MemorySegment onHeap = MemorySegment.ofArray(new int[1]);
    assertThatNullPointerException().isThrownBy(() -> handle.invoke((MemorySegment) null));
    assertThatIllegalStateException().isThrownBy(() -> handle.invoke(dead));
    assertThatIllegalArgumentException().isThrownBy(() -> handle.invoke(onHeap));
    call.close();
    assertThat(spanCount()).isZero();
  }

  @Test
  void every_shape_of_result_and_option_goes_through() throws Throwable {
    StructLayout pair = MemoryLayout.structLayout(JAVA_INT, JAVA_INT);
    JitFunction call = runtime.add(ADD);
    MethodHandle nothing = call.guardedHandle(FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT));
    nothing.invokeExact(1, 2);
    MethodHandle critical = call.guardedHandle(BINARY, Linker.Option.critical(false));
    assertThat((int) critical.invokeExact(1, 2)).isEqualTo(3);
    MethodHandle variadic = call.guardedHandle(BINARY, Linker.Option.firstVariadicArg(1));
    assertThat((int) variadic.invokeExact(2, 2)).isEqualTo(4);
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle struct = call.guardedHandle(FunctionDescriptor.of(pair, JAVA_INT, JAVA_INT));
      MemorySegment result = (MemorySegment) struct.invokeExact((SegmentAllocator) arena, 20, 3);
      assertThat(result.get(JAVA_INT, 0)).isEqualTo(23);
      MethodHandle state = call.guardedHandle(BINARY, Linker.Option.captureCallState("errno"));
      MemorySegment errno = arena.allocate(Linker.Option.captureStateLayout());
      assertThat((int) state.invokeExact(errno, 4, 2)).isEqualTo(6);
    }
    call.close();
    assertThat(spanCount()).isZero();
  }

  @Test
  void the_last_call_to_leave_gets_the_failure_to_release_and_close_tries_again() throws Throwable {
    JitFunction call = runtime.add(CALL);
    MethodHandle handle = call.guardedHandle(CALLING);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment closing =
          Upcalls.of(
              arena,
              () -> {
                call.close();
                system.follow(FaultPlan.parse("synchronize: fail EPERM"));
                return 5;
              });
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> invoke(handle, closing))
          .withMessageContaining("EPERM");
    }
    assertThat(spanCount()).isEqualTo(1);
    call.close();
    assertThat(spanCount()).isZero();
  }

  @Test
  void code_that_was_released_behind_the_function_s_back_is_refused_and_the_runtime_ends() {
    JitFunction add = runtime.add(ADD, BINARY);
    MethodHandle handle = add.guardedHandle();
    runtime.allocator().release(add.address());
    assertThatIllegalStateException()
        .isThrownBy(add::close)
        .withMessageContaining("released before");
    assertThatIllegalStateException()
        .isThrownBy(() -> handle.invoke(1, 2))
        .withMessageContaining("is closed");
    runtime.close();
    assertThat(runtime.allocator().isClosed()).isTrue();
  }

  @Test
  void virtual_threads_call_and_are_refused_as_any() throws Exception {
    for (int round = 0; round < 20; round++) {
      JitFunction add = runtime.add(ADD, BINARY);
      MethodHandle handle = add.guardedHandle();
      List<Future<Integer>> results = new ArrayList<>();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 100; i++) {
          results.add(threads.submit(() -> callUntilRefused(handle)));
        }
        results.getFirst();
        add.close();
      }
      assertThat(results).allSatisfy(result -> assertThat(result.get()).isNotNegative());
      assertThat(spanCount()).isZero();
    }
  }

  /** By reflection: the bean's type is in a module of the JDK that the tests do not read. */
  private static long loadedClassCount() throws ReflectiveOperationException {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getClassLoadingMXBean")
            .invoke(null);
    return (long)
        Class.forName("java.lang.management.ClassLoadingMXBean")
            .getMethod("getTotalLoadedClassCount")
            .invoke(bean);
  }

  private static int callUntilRefused(MethodHandle handle) throws Exception {
    int calls = 0;
    while (true) {
      try {
        int sum = (int) handle.invokeExact(calls, 1);
        if (sum != calls + 1) {
          return -1;
        }
        calls = sum;
      } catch (IllegalStateException refused) {
        return calls;
      } catch (Throwable unexpected) {
        throw new IllegalStateException(unexpected);
      }
    }
  }

  private List<JitFunction> addMany(int count) {
    List<JitFunction> functions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      functions.add(runtime.add(MachineCode.of(SampleCode.returning(i))));
    }
    return functions;
  }

  private long spanCount() {
    return runtime.allocator().statistics().spanCount();
  }

  private static int invoke(MethodHandle handle, MemorySegment function) {
    return Upcalls.call(handle, function);
  }
}
