package io.jitmem.tests.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls are counted, and fail when they are planned to. */
class FaultyVirtMemTest {
  private static final int PAGE = 4096;

  private final SimulatedVirtMem system =
      SimulatedVirtMem.builder()
          .allow(Ability.MAP_JIT)
          .listsCallTargets()
          .build()
          .guardingBranches();

  @Test
  void every_operation_is_passed_on_and_counted_once() {
    FaultyVirtMem memory = new FaultyVirtMem(system, FaultPlan.none());
    useEverything(memory);
    for (Operation operation : Operation.values()) {
      assertThat(memory.calls(operation)).as(operation.word()).isEqualTo(expected(operation));
    }
    assertThat(memory.calls()).isEqualTo(Operation.values().length + 4);
    assertThat(memory.faults()).isZero();
    assertThat(memory.name()).isEqualTo(system.name());
    assertThat(memory.pages()).isEqualTo(system.pages());
    assertThat(memory.hardenedRuntime()).isEqualTo(system.hardenedRuntime());
    system.requireNothingMapped();
  }

  @Test
  void what_guards_branches_follows_the_same_plan() {
    SimulatedVirtMem cpu = SimulatedVirtMem.builder().allow(Ability.GUARDED_BRANCHES).build();
    FaultyVirtMem memory = new FaultyVirtMem(cpu, FaultPlan.none());
    VirtMem guarding = memory.guardingBranches();
    assertThat(guarding.guardsBranches()).isTrue();
    assertThat(guarding.guardingBranches()).isSameAs(guarding);
    guarding.release(guarding.allocate(PAGE, Protection.RX));
    assertThat(memory.calls()).isEqualTo(2);
    memory.follow(FaultPlan.nth(1, Fault.of(Kind.OUT_OF_MEMORY)));
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> guarding.allocate(PAGE, Protection.RX));
    assertThat(memory.faults()).isOne();
    cpu.requireNothingMapped();
    SimulatedVirtMem without = SimulatedVirtMem.builder().build();
    assertThat(new FaultyVirtMem(without, FaultPlan.none()))
        .satisfies(unguarded -> assertThat(unguarded.guardingBranches()).isSameAs(unguarded));
  }

  /** Two mappings and a reservation are released alike. */
  private static long expected(Operation operation) {
    return switch (operation) {
      case ALLOCATE, PROTECT -> 2;
      case RELEASE -> 3;
      default -> 1;
    };
  }

  private static void useEverything(VirtMem memory) {
    memory.capabilities();
    MemorySegment single = memory.allocate(PAGE, Protection.RW);
    memory.protect(single, Protection.R);
    memory.discard(single);
    memory.populate(single);
    memory.protect(single, Protection.RX);
    memory.addCallTargets(single, 0);
    memory.clearCallTargets(single);
    memory.release(single);
    MappingOptions switched = MappingOptions.NONE.withMapJit();
    MemorySegment jit = memory.allocate(PAGE, Protection.RWX, switched);
    memory.writeJit(jit.asSlice(0, 1), MemorySegment.ofArray(new byte[1]));
    memory.release(jit);
    DualMapping dual = memory.allocateDual(PAGE);
    memory.flushInstructionCache(dual.rx());
    memory.synchronizeCores();
    memory.release(dual);
    MemorySegment reserved = memory.reserve(4 * PAGE, Placement.anywhere());
    memory.commit(reserved.asSlice(0, PAGE), Protection.RW);
    memory.decommit(reserved.asSlice(0, PAGE));
    memory.commitDual(reserved.asSlice(0, PAGE), reserved.asSlice(PAGE, PAGE));
    memory.release(reserved);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void each_operation_can_fail_and_has_done_nothing_then(Operation operation) {
    FaultyVirtMem memory =
        new FaultyVirtMem(system, FaultPlan.parse(operation.word() + ": fail EACCES*"));
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> useEverything(memory))
        .withMessageStartingWith(operation.word() + "(")
        .withMessageEndingWith(") failed: EACCES (13): a fault plan says so")
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    assertThat(memory.faults()).isEqualTo(1);
    assertThat(memory.calls(operation)).isEqualTo(1);
  }

  @Test
  void the_message_shows_the_arguments() {
    FaultyVirtMem memory = new FaultyVirtMem(system, FaultPlan.parse("protect: fail EINVAL"));
    MemorySegment mapped = memory.allocate(PAGE, Protection.RW, MappingOptions.NONE);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(mapped, Protection.R))
        .withMessage(
            "protect(0x%x, 4096, R) failed: EINVAL (22): a fault plan says so", mapped.address());
    assertThat(system.protection(mapped.address())).contains(Protection.RW);
  }

  @Test
  void another_plan_counts_anew() {
    FaultyVirtMem memory = new FaultyVirtMem(system, FaultPlan.nth(3, Fault.ENOMEM));
    memory.synchronizeCores();
    memory.synchronizeCores();
    memory.follow(FaultPlan.nth(2, Fault.ENOMEM));
    memory.synchronizeCores();
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(memory::synchronizeCores);
    memory.synchronizeCores();
    assertThat(memory.calls()).isEqualTo(5);
    assertThat(memory.faults()).isEqualTo(1);
  }

  @Test
  void the_calls_of_many_threads_are_all_counted_and_as_many_fail_as_planned() throws Exception {
    FaultyVirtMem memory = new FaultyVirtMem(system, FaultPlan.parse("any: 500 ok 250 fail"));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        all.add(threads.submit(() -> synchronizeOften(memory)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(memory.calls()).isEqualTo(4000);
    assertThat(memory.calls(Operation.SYNCHRONIZE)).isEqualTo(4000);
    assertThat(memory.faults()).isEqualTo(250);
  }

  private static void synchronizeOften(VirtMem memory) {
    for (int i = 0; i < 1000; i++) {
      try {
        memory.synchronizeCores();
      } catch (VirtMemException planned) {
        assertThat(planned.kind()).isEqualTo(Kind.OUT_OF_MEMORY);
      }
    }
  }

  /** The recipe of the class comment, on the allocator. */
  @ParameterizedTest
  @CsvSource({
    "DIRECT, allocate",
    "DIRECT, flush",
    "DIRECT, synchronize",
    "DUAL, allocateDual",
    "DUAL, flush",
    "DUAL, synchronize"
  })
  void the_allocator_leaves_nothing_behind_whichever_call_fails(
      WriteStrategy strategy, String operation) {
    SimulatedVirtMem backed = SimulatedVirtMem.builder().backed(64 << 20).build();
    FaultyVirtMem memory = new FaultyVirtMem(backed, FaultPlan.none());
    int call = 0;
    long faults;
    do {
      faults = memory.faults();
      memory.follow(FaultPlan.parse("%s: %d ok fail".formatted(operation, ++call)));
      useAllocator(memory, strategy);
      backed.requireNothingMapped();
    } while (memory.faults() > faults);
    assertThat(call).isGreaterThan(2);
  }

  private static void useAllocator(FaultyVirtMem memory, WriteStrategy strategy) {
    JitAllocator allocator =
        JitAllocator.builder().virtMem(memory).strategy(strategy).immediateRelease(true).build();
    try {
      for (int i = 0; i < 3; i++) {
        Span span = allocator.allocate(60_000);
        allocator.write(span, new byte[] {1, 2, 3});
        allocator.write(span, new byte[] {4, 5, 6});
        allocator.release(span);
      }
    } catch (VirtMemException planned) {
      assertThat(planned.kind()).isEqualTo(Kind.OUT_OF_MEMORY);
      allocator.verify();
    } finally {
      memory.follow(FaultPlan.none());
      allocator.close();
    }
  }
}
