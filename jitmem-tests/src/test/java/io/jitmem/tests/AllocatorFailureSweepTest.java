package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A program that uses every operation of the allocator is run once for each call that it makes of
 * the backend, with that call failing: somebody is told, nothing leaks, and the allocator is whole
 * and still serves. On simulated memory, but for two views in reservations, which are real: what is
 * left of those is seen in the process's own list.
 */
class AllocatorFailureSweepTest {
  @SuppressWarnings("ImmutableEnumChecker") // the lambdas hold nothing
  private enum Setup {
    DIRECT(b -> b.strategy(WriteStrategy.DIRECT)),
    DUAL(b -> b.strategy(WriteStrategy.DUAL)),
    CHOSEN_BY_THE_SYSTEM(b -> b),
    FILLED(b -> b.strategy(WriteStrategy.DUAL).fillPattern(1)),
    IMMEDIATE(b -> b.strategy(WriteStrategy.DIRECT).immediateRelease(true)),
    RANGE_DIRECT(b -> b.strategy(WriteStrategy.DIRECT).range(16 << 20)),
    RANGE_DUAL(b -> b.strategy(WriteStrategy.DUAL).range(16 << 20)),
    GUARDED_RANGE(b -> b.strategy(WriteStrategy.DUAL).range(16 << 20).guardPages(true)),
    GUARDED(b -> b.strategy(WriteStrategy.DIRECT).guardPages(true)),
    SWITCHED(b -> b.strategy(WriteStrategy.MAP_JIT).fillPattern(1)),
    SEALED(b -> b.strategy(WriteStrategy.SEAL)),
    SEALED_RANGE(b ->
        b.strategy(WriteStrategy.SEAL)
            .range(16 << 20)
            .fillPattern(1)
            .quarantine(10_000)
            .immediateRelease(true)),
    LISTED(b -> b.strategy(WriteStrategy.DUAL).guardedBranches(true)),
    LISTED_RANGE(b ->
        b.strategy(WriteStrategy.DIRECT).range(16 << 20).guardedBranches(true).quarantine(10_000)),
    SEALED_LISTED(b -> b.strategy(WriteStrategy.SEAL).guardedBranches(true)),
    HARDENED(b -> b.hardened().quarantine(10_000).randomSeed(1));

    private final UnaryOperator<JitAllocatorBuilder> options;

    Setup(UnaryOperator<JitAllocatorBuilder> options) {
      this.options = options;
    }

    /** The simulation has no memory to write to in two parts of reservations. */
    boolean isReal() {
      return this == RANGE_DUAL || this == GUARDED_RANGE || this == HARDENED;
    }

    /** A span can be written once then. */
    boolean isSealed() {
      return name().startsWith("SEALED");
    }

    JitAllocator allocator(VirtMem memory) {
      return options.apply(JitAllocator.builder()).virtMem(memory).build();
    }
  }

  /** A run of the program. */
  private static final class Run {
    final List<ProcessMaps.Line> filesBefore = ProcessMaps.ourMappings();
    final SimulatedVirtMem simulated =
        SimulatedVirtMem.builder()
            .backed(64 << 20)
            .allow(Ability.MAP_JIT)
            .listsCallTargets()
            .build();
    final FaultyVirtMem faulty;
    final JitAllocator allocator;
    final List<Span> spans = new ArrayList<>();
    int refusals;

    private final Setup setup;

    Run(Setup setup, FaultPlan plan) {
      this.setup = setup;
      faulty = new FaultyVirtMem(setup.isReal() ? VirtMem.host() : simulated, plan);
      allocator = setup.allocator(faulty);
    }

    void attempt(Runnable step) {
      try {
        step.run();
      } catch (VirtMemException refused) {
        refusals++;
      }
    }

    void program() {
      for (int i = 0; i < 60; i++) {
        int size = 100 + i * 97;
        attempt(() -> spans.add(allocator.allocate(size)));
      }
      for (Span span : List.copyOf(spans)) {
        attempt(() -> allocator.write(span, new byte[100]));
        if (!setup.isSealed()) {
          attempt(() -> allocator.write(span, new byte[50]));
        }
      }
      attempt(this::writeInScope);
      for (int i = spans.size() - 1; i >= 0; i -= 2) {
        Span span = spans.remove(i);
        attempt(() -> allocator.release(span));
      }
      spans.forEach(span -> attempt(() -> allocator.shrink(span, 65)));
      allocator.verify();
      attempt(allocator::trim);
      for (int i = 0; i < 40; i++) {
        attempt(() -> spans.add(allocator.allocate(5000)));
      }
      allocator.verify();
      attempt(() -> allocator.reset(ResetPolicy.SOFT));
      allocator.verify();
      attempt(() -> allocator.allocate(100));
      attempt(() -> allocator.reset(ResetPolicy.HARD));
      attempt(allocator::statistics);
      for (int i = 0; i < 20; i++) {
        attempt(() -> spans.add(allocator.allocate(3000)));
      }
      attempt(() -> writeInOneScope(spans.subList(spans.size() - 10, spans.size())));
      requireNoForeignCalls();
      spans.subList(spans.size() - 10, spans.size()).forEach(this::useByAddress);
      allocator.verify();
    }

    /** No call enters a span where one could enter another that was there before. */
    private void requireNoForeignCalls() {
      for (long target : simulated.callTargets()) {
        allocator.query(target).ifPresent(span -> assertThat(target).isEqualTo(span.address()));
      }
    }

    private void writeInScope() {
      try (WriteScope scope = allocator.writeScope()) {
        for (int i = 0; i < 10; i++) {
          Span span = scope.allocate(300 + 1000 * i);
          spans.add(span);
          scope.write(span, new byte[300]);
        }
      }
    }

    private void writeInOneScope(List<Span> written) {
      try (WriteScope scope = allocator.writeScope()) {
        written.forEach(span -> scope.write(span, new byte[100]));
      }
    }

    /** What a refusal leaves unknown to the caller, the allocator knows. */
    private void useByAddress(Span span) {
      Span found = allocator.query(span.address()).orElseThrow();
      assertThat(found.byteSize()).isEqualTo(span.byteSize());
      if (!setup.isSealed()) {
        attempt(() -> allocator.write(span, memory -> memory.fill((byte) 1)));
      }
      attempt(() -> allocator.release(span.address()));
      assertThat(allocator.query(span.address())).isEmpty();
    }

    /** Once more if the first time was refused: then everything is gone. */
    void close() {
      attempt(allocator::close);
      faulty.follow(FaultPlan.none());
      allocator.close();
    }

    void requireNothingLeft() {
      simulated.requireNothingMapped();
      assertThat(ProcessMaps.ourMappings()).hasSameSizeAs(filesBefore);
    }

    void requireService() {
      faulty.follow(FaultPlan.none());
      Span span = allocator.allocate(1000);
      allocator.write(span, new byte[1000]);
      allocator.verify();
      allocator.release(span);
    }
  }

  @TestFactory
  List<DynamicTest> every_call_may_fail() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Setup setup : Setup.values()) {
      for (String fault : List.of("EIO", "ENOMEM")) {
        tests.add(DynamicTest.dynamicTest(setup + ", " + fault, () -> sweep(setup, fault)));
      }
    }
    return tests;
  }

  private static void sweep(Setup setup, String fault) {
    Run whole = new Run(setup, FaultPlan.none());
    whole.program();
    whole.allocator.close();
    assertThat(whole.refusals).isZero();
    Map<Operation, Long> calls = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      calls.put(operation, whole.faulty.calls(operation));
    }
    whole.requireNothingLeft();
    int tried = 0;
    for (Operation operation : calls.keySet()) {
      for (long call = 1; call <= calls.get(operation); call++) {
        requireWhole(setup, operation, call, fault);
        tried++;
      }
    }
    assertThat(tried).isGreaterThan(20);
  }

  private static void requireWhole(Setup setup, Operation operation, long call, String fault) {
    String ok = call == 1 ? "" : (call - 1) + " ok ";
    String plan = operation.word() + ": " + ok + "fail " + fault;
    Run run = new Run(setup, FaultPlan.parse(plan));
    try {
      run.program();
      if (run.faulty.faults() > 0) {
        run.requireService();
      }
      run.close();
      assertThat(run.faulty.faults()).isEqualTo(1);
      run.requireNothingLeft();
    } catch (RuntimeException | AssertionError broken) {
      throw new AssertionError(setup + " with " + plan, broken);
    }
    // Less may do where there is no memory for more, and is then no refusal.
    if (!fault.equals("ENOMEM")) {
      assertThat(run.refusals).as(plan).isEqualTo(1);
    }
  }
}
