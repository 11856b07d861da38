package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.runtime.JitScope;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads add and close functions and modules while others call through guarded handles. Each
 * function returns a number of its own, so code that was replaced under a call would be noticed.
 */
class GuardedChurnTest {
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT);
  private static final int ADDERS = 4;
  private static final int CALLERS = 4;
  private static final int EACH = 2_500;
  private static final int SLOTS = 64;

  private record Numbered(int number, AutoCloseable code, MethodHandle handle) {
    static Numbered function(JitRuntime runtime, int number) {
      byte[] code = SampleCode.padded(SampleCode.returning(number), 8 + number % 600);
      JitFunction function = runtime.add(MachineCode.of(code), TYPE);
      return new Numbered(number, function, function.guardedHandle());
    }

    /** Code of two functions, one of which calls the other, a constant and a variable. */
    static Numbered module(JitRuntime runtime, int number) {
      JitModule module = runtime.addModule(LinkedSamples.summing(number));
      return new Numbered(number, module, module.function("sum").guardedHandle(TYPE));
    }

    void close() {
      try {
        code.close();
      } catch (RuntimeException unchecked) {
        throw unchecked;
      } catch (Exception impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  private interface Maker {
    Numbered make(JitRuntime runtime, int number);
  }

  private final AtomicReferenceArray<Numbered> live = new AtomicReferenceArray<>(SLOTS);
  private volatile boolean over;

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void ten_thousand_functions_come_and_go_under_their_callers(WriteStrategy strategy)
      throws Exception {
    comeAndGo(strategy, Numbered::function);
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void ten_thousand_modules_come_and_go_under_their_callers(WriteStrategy strategy)
      throws Exception {
    assumeTrue(
        Platform.current().architecture().equals(Optional.of(Architecture.X86_64)),
        "the modules of this test are x86-64 code");
    comeAndGo(strategy, Numbered::module);
  }

  private void comeAndGo(WriteStrategy strategy, Maker maker) throws Exception {
    FaultyVirtMem memory = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
    JitAllocator allocator = JitAllocator.builder().virtMem(memory).strategy(strategy).build();
    try (JitRuntime runtime = JitRuntime.over(allocator)) {
      long calls = churn(runtime, maker);
      assertThat(calls).as("calls that were answered").isGreaterThan(EACH);
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
      assertThat(runtime.allocator().statistics().usedBytes()).isZero();
      runtime.allocator().verify();
      assertThat(memory.calls(Operation.DECOMMIT))
          .as("memory of constants and variables given back")
          .isEqualTo(memory.calls(Operation.COMMIT));
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
    assertThat(ProcessMaps.ourDescriptors()).isEmpty();
  }

  @Test
  void a_runtime_is_closed_under_its_callers() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int round = 0; round < 100; round++) {
        JitRuntime runtime = JitRuntime.create();
        CountDownLatch called = new CountDownLatch(CALLERS);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          callers.add(threads.submit(() -> addAndCallUntilRefused(runtime, called)));
        }
        called.await();
        runtime.close();
        for (Future<?> caller : callers) {
          caller.get();
        }
        assertThat(runtime.allocator().isClosed()).isTrue();
      }
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  private static void addAndCallUntilRefused(JitRuntime runtime, CountDownLatch called) {
    MachineCode code = MachineCode.of(SampleCode.returning(5));
    try {
      while (true) {
        JitFunction function = runtime.add(code, TYPE);
        int answered = call(new Numbered(5, function, function.guardedHandle()));
        called.countDown();
        if (answered == 0) {
          return;
        }
      }
    } catch (IllegalStateException closed) {
      called.countDown();
    }
  }

  @Test
  void nothing_is_left_of_what_is_added_to_a_scope_while_it_is_closed() throws Exception {
    try (JitRuntime runtime = JitRuntime.create();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int round = 0; round < 100; round++) {
        JitScope scope = runtime.scope();
        CountDownLatch added = new CountDownLatch(CALLERS);
        List<Future<?>> adders = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
          adders.add(threads.submit(() -> addUntilRefused(scope, added)));
        }
        added.await();
        scope.close();
        for (Future<?> adder : adders) {
          adder.get();
        }
        assertThat(runtime.allocator().statistics().spanCount()).isZero();
      }
    }
  }

  private static void addUntilRefused(JitScope scope, CountDownLatch added) {
    MachineCode code = MachineCode.of(SampleCode.returning(5));
    try {
      while (true) {
        scope.add(code).guardedHandle(TYPE);
        added.countDown();
      }
    } catch (IllegalStateException closed) {
      added.countDown();
    }
  }

  private long churn(JitRuntime runtime, Maker maker) throws Exception {
    over = false;
    List<Future<?>> adders = new ArrayList<>();
    List<Future<Long>> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(ADDERS + CALLERS)) {
      for (int i = 0; i < ADDERS; i++) {
        int first = i * EACH;
        adders.add(threads.submit(() -> addAndClose(runtime, maker, first)));
      }
      for (int i = 0; i < CALLERS; i++) {
        callers.add(threads.submit(caller(i)));
      }
      for (Future<?> adder : adders) {
        adder.get();
      }
      over = true;
    }
    long calls = 0;
    for (Future<Long> caller : callers) {
      calls += caller.get();
    }
    return calls;
  }

  private void addAndClose(JitRuntime runtime, Maker maker, int first) {
    for (int number = first; number < first + EACH; number++) {
      Numbered replaced = live.getAndSet(number % SLOTS, maker.make(runtime, number));
      if (replaced != null) {
        replaced.close();
      }
    }
    for (int slot = 0; slot < SLOTS; slot++) {
      Numbered last = live.getAndSet(slot, null);
      if (last != null) {
        last.close();
      }
    }
  }

  private Callable<Long> caller(int start) {
    return () -> {
      long answered = 0;
      for (int slot = start; !over; slot = (slot + 1) % SLOTS) {
        Numbered target = live.get(slot);
        answered += target == null ? 0 : call(target);
      }
      return answered;
    };
  }

  private static int call(Numbered target) {
    try {
      assertThat((int) target.handle().invokeExact()).isEqualTo(target.number());
      return 1;
    } catch (IllegalStateException closed) {
      return 0;
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Throwable checked) {
      throw new IllegalStateException(checked);
    }
  }
}
