package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMem;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Functions on memory that ran before, called by threads that ran there before. */
class ReuseUnderFireTest {
  /** Of both strategies together, ten million; less where every instruction is emulated. */
  private static final long CALLS = Long.getLong("jitmem.fire.calls", 5_000_000);

  /** Where a part is left out, it is seen soon. */
  private static final long FEWER_CALLS = Math.min(CALLS, 200_000);

  private static final int CALLERS = 3;

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void nobody_ever_gets_the_result_of_code_that_was_replaced(WriteStrategy strategy)
      throws Exception {
    Emulation.assumeOffered(strategy);
    ReuseUnderFire.Result result =
        ReuseUnderFire.run(VirtMem.host(), UnaryOperator.identity(), strategy, CALLERS, CALLS);
    assertThat(result.calls()).isGreaterThanOrEqualTo(CALLS);
    assertThat(result.functions())
        .as("functions written meanwhile")
        .isGreaterThanOrEqualTo(CALLS / (CALLERS * ReuseUnderFire.CALLS_IN_A_ROW) - 1);
    assertThat(result.unsynchronized()).as("functions handed over unsynchronised").isZero();
    assertThat(result.stale()).as(result.example()).isZero();
  }

  /** On x86-64 the caches are coherent, and hardware may forgive: an emulator does not. */
  @Test
  @EnabledIfSystemProperty(
      named = "jitmem.emulated",
      matches = "aarch64",
      disabledReason = "what is left out here is seen by an emulator of AArch64 only")
  void without_the_flush_old_results_are_seen() throws Exception {
    ReuseUnderFire.Result result =
        without(memory -> memory.flushInstructionCache(any()), WriteStrategy.DUAL);
    assertThat(result.stale()).as("of %d calls", result.calls()).isPositive();
  }

  /**
   * No emulator keeps instructions past a flush, so this looks at what reaches the system and not
   * at results; it holds on every CPU.
   */
  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void without_the_core_synchronisation_every_reuse_is_told(WriteStrategy strategy)
      throws Exception {
    Emulation.assumeOffered(strategy);
    ReuseUnderFire.Result result = without(VirtMem::synchronizeCores, strategy);
    assertThat(result.unsynchronized())
        .as("of %d functions", result.functions())
        .isGreaterThan(result.functions() / 2);
  }

  private static ReuseUnderFire.Result without(Consumer<VirtMem> leftOut, WriteStrategy strategy)
      throws InterruptedException {
    return ReuseUnderFire.run(
        VirtMem.host(), memory -> lacking(memory, leftOut), strategy, CALLERS, FEWER_CALLS);
  }

  private static VirtMem lacking(VirtMem memory, Consumer<VirtMem> leftOut) {
    VirtMem lacking =
        mock(VirtMem.class, withSettings().stubOnly().defaultAnswer(delegatesTo(memory)));
    leftOut.accept(doNothing().when(lacking));
    return lacking;
  }
}
