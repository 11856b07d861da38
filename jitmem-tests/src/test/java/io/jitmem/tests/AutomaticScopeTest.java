package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.runtime.JitScope;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Functions that end when nobody can call them, found by real collections. */
class AutomaticScopeTest {
  private static final FunctionDescriptor BINARY =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor CALLING = FunctionDescriptor.of(JAVA_INT, ADDRESS);
  private static final MachineCode ADD = MachineCode.of(SampleCode.ADD);
  private static final MachineCode CALL = MachineCode.of(SampleCode.CALL);

  private final FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
  private final JitRuntime runtime =
      JitRuntime.over(JitAllocator.builder().virtMem(system).build());

  @AfterEach
  void close() {
    runtime.close();
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void what_cannot_be_called_goes_and_what_can_stays() throws Throwable {
    List<Object> kept = new ArrayList<>();
    addThousand(runtime.automaticScope(), kept);
    collectUntil(() -> spanCount() == kept.size());
    for (Object each : kept) {
      assertThat(callAny(each)).isEqualTo(42);
    }
    // Once more, for nothing that is kept may go at the second collection either.
    collectUntil(() -> spanCount() == kept.size());
    for (Object each : kept) {
      assertThat(callAny(each)).isEqualTo(42);
    }
    kept.clear();
    collectUntil(() -> spanCount() == 0);
    runtime.allocator().verify();
  }

  private static void addThousand(JitScope scope, List<Object> kept) {
    for (int i = 0; i < 1000; i++) {
      JitFunction function = scope.add(ADD, BINARY);
      MethodHandle raw = function.handle(BINARY);
      MethodHandle guarded = function.guardedHandle();
      switch (i % 30) {
        case 0 -> kept.add(function);
        case 10 -> kept.add(raw);
        case 20 -> kept.add(guarded);
        default -> {}
      }
    }
  }

  private static int callAny(Object kept) throws Throwable {
    return switch (kept) {
      case JitFunction function -> (int) function.handle().invokeExact(40, 2);
      case MethodHandle handle -> (int) handle.invokeExact(40, 2);
      default -> throw new IllegalStateException(kept.toString());
    };
  }

  @Test
  void a_call_that_runs_keeps_the_code_when_nothing_else_does() throws Exception {
    for (boolean guarded : new boolean[] {false, true}) {
      try (Arena arena = Arena.ofShared();
          ExecutorService threads = Executors.newCachedThreadPool();
          BlockingUpcall upcall = new BlockingUpcall(arena, 7)) {
        Future<Integer> result = start(threads, guarded, upcall.address());
        upcall.awaitCall();
        JitFunction marker = runtime.automaticScope().add(ADD);
        assertThat(marker.address()).isPositive();
        addAndLose();
        // The one that was lost later is gone, so the collector has looked at the other, too.
        collectUntil(() -> spanCount() == 2);
        assertThat(result).isNotDone();
        upcall.letReturn();
        assertThat(result.get()).isEqualTo(7);
        marker.close();
        collectUntil(() -> spanCount() == 0);
      }
    }
  }

  /** The handle is in the frame of the call alone. */
  private Future<Integer> start(ExecutorService threads, boolean guarded, MemorySegment function) {
    JitFunction call = runtime.automaticScope().add(CALL);
    Deque<MethodHandle> handle = new ArrayDeque<>();
    handle.add(guarded ? call.guardedHandle(CALLING) : call.handle(CALLING));
    return threads.submit(() -> Upcalls.call(handle.remove(), function));
  }

  private void addAndLose() {
    runtime.automaticScope().add(ADD);
  }

  @Test
  void a_function_or_its_scope_may_be_closed_earlier() {
    JitScope scope = runtime.automaticScope();
    JitFunction first = scope.add(ADD, BINARY);
    JitFunction second = scope.add(ADD, BINARY);
    MethodHandle handle = second.guardedHandle();
    first.close();
    assertThat(spanCount()).isEqualTo(1);
    scope.close();
    assertThat(spanCount()).isZero();
    assertThatIllegalStateException().isThrownBy(() -> handle.invoke(1, 2));
    assertThatIllegalStateException().isThrownBy(() -> scope.add(ADD));
  }

  @Test
  void a_runtime_may_be_closed_before_its_functions_are_found() {
    List<Object> kept = new ArrayList<>();
    addThousand(runtime.automaticScope(), kept);
    runtime.close();
    assertThat(kept).isNotEmpty();
    kept.clear();
    JitRuntime other = JitRuntime.create();
    other.automaticScope().add(ADD);
    collectUntil(() -> other.allocator().statistics().spanCount() == 0);
    other.close();
  }

  @Test
  void a_failure_to_release_goes_to_the_handler_of_uncaught_exceptions() {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
    try {
      runtime.automaticScope().add(ADD).guardedHandle(BINARY);
      system.follow(FaultPlan.parse("synchronize: fail EPERM"));
      collectUntil(() -> failure.get() != null);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(failure.get()).isInstanceOf(VirtMemException.class);
  }

  private long spanCount() {
    return runtime.allocator().statistics().spanCount();
  }

  private static void collectUntil(BooleanSupplier done) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!done.getAsBoolean() && System.nanoTime() < deadline) {
      System.gc();
      pause();
    }
    assertThat(done.getAsBoolean()).as("found by collections within 30 seconds").isTrue();
  }

  /** Leaves the processor to the thread that cleans; what is waited for is asked for in a loop. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
