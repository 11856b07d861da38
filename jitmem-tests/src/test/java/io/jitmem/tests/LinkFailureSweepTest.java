package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Code, constants and variables are loaded once for each call of the backend that this takes, with
 * that call failing: nothing of it stays, and the next time it succeeds.
 */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code here is x86-64's")
class LinkFailureSweepTest {
  private static final List<MachineCode> CODES =
      List.of(LinkedSamples.pointers("a", "b"), LinkedSamples.pointers("b", "a"));

  /** A runtime on memory that may refuse. */
  private static final class Run implements AutoCloseable {
    final SimulatedVirtMem simulated = SimulatedVirtMem.builder().backed(64 << 20).build();
    final FaultyVirtMem faulty = new FaultyVirtMem(simulated, FaultPlan.none());
    final JitRuntime runtime;

    Run(WriteStrategy strategy) {
      runtime = JitRuntime.over(JitAllocator.builder().virtMem(faulty).strategy(strategy).build());
      // So that the allocator's first block is not what fails, and its memory was executed before.
      runtime.add(MachineCode.of(new byte[5000])).close();
    }

    void load(boolean asModule) {
      if (asModule) {
        runtime.addModule(CODES, name -> Optional.empty()).close();
      } else {
        runtime.addAll(CODES).forEach(JitFunction::close);
      }
    }

    String statistics() {
      AllocatorStatistics now = runtime.allocator().statistics();
      return "%d spans, %d bytes used, %d held, %d reserved"
          .formatted(now.spanCount(), now.usedBytes(), now.heldBytes(), now.reservedBytes());
    }

    @Override
    public void close() {
      runtime.close();
      simulated.requireNothingMapped();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "DUAL", "SEAL"})
  void every_call_may_fail_while_a_module_is_added(WriteStrategy strategy) {
    sweep(strategy, true);
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "DUAL", "SEAL"})
  void every_call_may_fail_while_a_batch_is_added(WriteStrategy strategy) {
    sweep(strategy, false);
  }

  private static void sweep(WriteStrategy strategy, boolean asModule) {
    Map<Operation, Long> calls = callsToAdd(strategy, asModule);
    int failed = 0;
    for (Map.Entry<Operation, Long> each : calls.entrySet()) {
      for (long call = 1; call <= each.getValue(); call++) {
        failed += addWithFault(strategy, asModule, each.getKey(), call) ? 1 : 0;
      }
    }
    assertThat(failed).as("refusals, of calls " + calls).isGreaterThanOrEqualTo(4);
  }

  /** How often each operation is called by adding; closing what was added is left out. */
  private static Map<Operation, Long> callsToAdd(WriteStrategy strategy, boolean asModule) {
    Map<Operation, Long> calls = new EnumMap<>(Operation.class);
    try (Run run = new Run(strategy)) {
      for (Operation operation : Operation.values()) {
        calls.put(operation, -run.faulty.calls(operation));
      }
      if (asModule) {
        run.runtime.addModule(CODES, name -> Optional.empty());
      } else {
        run.runtime.addAll(CODES);
      }
      calls.replaceAll((operation, before) -> before + run.faulty.calls(operation));
    }
    return calls;
  }

  /** Whether the fault led to a refusal; some are of hints, and are made up for. */
  private static boolean addWithFault(
      WriteStrategy strategy, boolean asModule, Operation operation, long call) {
    try (Run run = new Run(strategy)) {
      String before = run.statistics();
      String ok = call == 1 ? "" : (call - 1) + " ok ";
      run.faulty.follow(FaultPlan.parse(operation.word() + ": " + ok + "fail ENOMEM"));
      boolean refused = false;
      try {
        run.load(asModule);
      } catch (VirtMemException expected) {
        refused = true;
      }
      assertThat(run.faulty.faults()).isEqualTo(1);
      run.faulty.follow(FaultPlan.none());
      assertThat(run.statistics()).as(operation + " " + call).isEqualTo(before);
      run.runtime.allocator().verify();
      run.load(asModule);
      assertThat(run.statistics()).isEqualTo(before);
      return refused;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"DIRECT", "DUAL", "SEAL"})
  void a_backend_without_memory_is_told(WriteStrategy strategy) {
    try (Run run = new Run(strategy)) {
      run.faulty.follow(FaultPlan.parse("any: fail*"));
      assertThatExceptionOfType(VirtMemException.class).isThrownBy(() -> run.load(true));
      run.faulty.follow(FaultPlan.none());
    }
  }
}
