package io.jitmem.tests.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a simulated processor lets through, and where it faults. */
class SimulatedProcessorTest {
  private static final int PAGE = 4096;
  private static final byte[] CODE = {1, 2, 3, 4};

  private final SimulatedVirtMem memory = SimulatedVirtMem.builder().allow(Ability.MAP_JIT).build();
  private final SimulatedProcessor processor = memory.processor();

  @Test
  void a_write_is_read_where_the_page_allows_both() {
    long at = memory.allocate(2 * PAGE, Protection.RW).address() + PAGE - 2;
    processor.write(at, CODE);
    assertThat(processor.read(at - 1, 6)).containsExactly(0, 1, 2, 3, 4, 0);
  }

  @Test
  void a_write_to_a_page_that_is_not_writable_faults_and_changes_nothing() {
    MemorySegment mapped = memory.allocate(2 * PAGE, Protection.RW);
    memory.protect(mapped.asSlice(PAGE), Protection.R);
    long at = mapped.address() + PAGE - 2;
    requireFault(
        at + 2,
        "write at 0x%x: the page is memory with protection R",
        () -> processor.write(at, CODE));
    assertThat(processor.read(at, 4)).containsOnly(0);
  }

  @Test
  void an_access_to_what_is_not_mapped_or_not_committed_faults() {
    MemorySegment reserved = memory.reserve(2 * PAGE, Placement.anywhere());
    memory.commit(reserved.asSlice(0, PAGE), Protection.RW);
    long end = reserved.address() + PAGE;
    requireFault(
        end,
        "read at 0x%x: the page is reserved and not committed",
        () -> processor.read(end - 1, 2));
    memory.release(reserved);
    requireFault(
        end - 1, "read at 0x%x: nothing is mapped there", () -> processor.read(end - 1, 2));
  }

  @Test
  void code_is_executed_once_it_was_flushed() {
    DualMapping dual = memory.allocateDual(PAGE);
    processor.write(dual.rw().address() + 8, CODE);
    long at = dual.rx().address() + 8;
    requireFault(
        at,
        "execution at 0x%x: not flushed since it was written or mapped",
        () -> processor.requireExecutable(at, 4));
    memory.flushInstructionCache(dual.rx().asSlice(8, 3));
    requireFault(
        at + 3,
        "execution at 0x%x: not flushed since it was written or mapped",
        () -> processor.requireExecutable(at, 4));
    memory.flushInstructionCache(dual.rx().asSlice(8, 4));
    processor.requireExecutable(at, 4);
    assertThat(processor.read(at, 4)).isEqualTo(CODE);
  }

  @Test
  void a_flush_of_the_writable_view_does_not_make_the_other_executable() {
    DualMapping dual = memory.allocateDual(PAGE);
    processor.write(dual.rw().address(), CODE);
    memory.flushInstructionCache(dual.rw());
    long at = dual.rx().address();
    requireFault(
        at,
        "execution at 0x%x: not flushed since it was written or mapped",
        () -> processor.requireExecutable(at, 4));
    long rw = dual.rw().address();
    requireFault(
        rw,
        "execution at 0x%x: the page is a writable view with protection RW",
        () -> processor.requireExecutable(rw, 4));
  }

  @Test
  void code_that_replaces_executed_code_needs_all_cores_to_be_synchronised() {
    MemorySegment mapped = memory.allocate(PAGE, Protection.RWX);
    long at = mapped.address();
    executeNew(mapped, at);
    processor.write(at + 1, new byte[] {9});
    memory.flushInstructionCache(mapped);
    requireFault(
        at + 1,
        "execution at 0x%x: flushed, but a core that has executed there before may hold old instructions until synchronizeCores()",
        () -> processor.requireExecutable(at, 4));
    memory.synchronizeCores();
    processor.requireExecutable(at, 4);
    memory.flushInstructionCache(mapped);
    processor.requireExecutable(at, 4);
  }

  @Test
  void memory_that_was_mapped_anew_has_never_been_executed() {
    MemorySegment mapped = memory.allocate(PAGE, Protection.RWX);
    executeNew(mapped, mapped.address());
    memory.release(mapped);
    MemorySegment again = memory.allocate(PAGE, Protection.RWX);
    assertThat(again.address()).isEqualTo(mapped.address());
    assertThat(processor.read(again.address(), 4)).containsOnly(0);
    executeNew(again, again.address());
  }

  private void executeNew(MemorySegment mapped, long at) {
    processor.write(at, CODE);
    memory.flushInstructionCache(mapped);
    processor.requireExecutable(at, 4);
  }

  @Test
  void memory_under_the_write_switch_is_written_with_the_switch_turned_only() {
    MemorySegment jit = memory.allocate(PAGE, Protection.RWX, MappingOptions.NONE.withMapJit());
    long at = jit.address();
    requireFault(
        at,
        "write at 0x%x: the page is memory with protection RWX, under the per-thread write switch, which is off",
        () -> processor.write(at, CODE));
    processor.writeJit(at, CODE);
    assertThat(processor.read(at, 4)).isEqualTo(CODE);
    long plain = memory.allocate(PAGE, Protection.RWX).address();
    requireFault(
        plain,
        "write at 0x%x: the page is memory with protection RWX",
        () -> processor.writeJit(plain, CODE));
  }

  @Test
  void the_write_switch_is_a_threads_own() {
    MemorySegment jit = memory.allocate(PAGE, Protection.RWX, MappingOptions.NONE.withMapJit());
    long at = jit.address();
    memory.writeJit(jit.asSlice(0, 4), MemorySegment.ofArray(CODE));
    processor.requireExecutable(at, 4);
    processor.turnJitSwitch(true);
    assertThat(memory.isJitSwitchOn()).isTrue();
    processor.write(at + 8, CODE);
    requireFault(
        at,
        "execution at 0x%x: the page is memory with protection RWX, under the per-thread write switch, which is on",
        () -> processor.requireExecutable(at, 4));
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> {
          processor.requireExecutable(at, 4);
          requireFault(
              at,
              "write at 0x%x: the page is memory with protection RWX, under the per-thread write switch, which is off",
              () -> processor.write(at, CODE));
          processor.turnJitSwitch(true);
          processor.turnJitSwitch(false);
        });
    other.join();
    assertThat(memory.isJitSwitchOn()).isTrue();
    processor.turnJitSwitch(false);
    processor.requireExecutable(at, 4);
    assertThat(memory.isJitSwitchOn()).isFalse();
  }

  @Test
  void two_views_in_reservations_are_one_memory_until_the_writable_one_goes() {
    MemorySegment reserved = memory.reserve(4 * PAGE, Placement.anywhere());
    MemorySegment rx = reserved.asSlice(0, 2 * PAGE);
    MemorySegment rw = reserved.asSlice(2 * PAGE);
    memory.commitDual(rx, rw);
    processor.write(rw.address() + PAGE - 2, CODE);
    assertThat(processor.read(rx.address() + PAGE - 2, 4)).isEqualTo(CODE);
    memory.decommit(rw.asSlice(PAGE));
    assertThat(processor.read(rx.address() + PAGE - 2, 4)).containsExactly(1, 2, 0, 0);
    assertThat(memory.committedBytes()).isEqualTo(PAGE);
    memory.discard(rw.asSlice(0, PAGE));
    assertThat(processor.read(rx.address() + PAGE - 2, 4)).containsOnly(0);
    requireFault(
        rw.address() + PAGE,
        "write at 0x%x: the page is reserved and not committed",
        () -> processor.write(rw.address() + PAGE, CODE));
  }

  @Test
  void what_is_written_through_backed_segments_is_found_by_comparison() {
    SimulatedVirtMem backed = SimulatedVirtMem.builder().backed(1 << 20).build();
    DualMapping dual = backed.allocateDual(2 * PAGE);
    long at = dual.rx().address() + PAGE - 2;
    dual.rw().asSlice(PAGE - 2, 4).copyFrom(MemorySegment.ofArray(CODE));
    backed.flushInstructionCache(dual.rx());
    backed.processor().requireExecutable(at, 4);
    assertThat(backed.processor().read(at, 4)).isEqualTo(CODE);
    dual.rw().set(ValueLayout.JAVA_BYTE, PAGE + 1, (byte) 9);
    assertThatExceptionOfType(SimulatedFault.class)
        .isThrownBy(() -> backed.processor().requireExecutable(at, 4))
        .withMessageContaining("not flushed since it was written");
    backed.flushInstructionCache(dual.rx());
    assertThatExceptionOfType(SimulatedFault.class)
        .isThrownBy(() -> backed.processor().requireExecutable(at, 4))
        .withMessageContaining("until synchronizeCores()");
    backed.synchronizeCores();
    assertThatCode(() -> backed.processor().requireExecutable(at, 4)).doesNotThrowAnyException();
  }

  private static void requireFault(long address, String message, ThrowingCallable access) {
    assertThatExceptionOfType(SimulatedFault.class)
        .isThrownBy(access)
        .withMessage(message.formatted(address))
        .satisfies(fault -> assertThat(fault.address()).isEqualTo(address));
  }
}
