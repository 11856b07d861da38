package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** Memory that is written first and executable afterwards, on real pages. */
class SealTest {
  private static final int PAGE = (int) VirtMem.host().pages().byteSize();

  private final VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));

  private JitAllocatorBuilder builder() {
    return JitAllocator.builder().virtMem(system).strategy(WriteStrategy.SEAL);
  }

  private static Protection protection(Span span) {
    return ProcessMaps.at(span.address()).orElseThrow().protection();
  }

  private static long page(Span span) {
    return span.address() / PAGE;
  }

  @Test
  void memory_is_writable_until_it_is_written_and_executable_from_then_on() {
    try (JitAllocator allocator = builder().build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.SEAL);
      assertThat(allocator.statistics().strategyReason()).isEqualTo("asked for");
      Span span = allocator.allocate(100);
      assertThat(protection(span)).isEqualTo(Protection.RW);
      allocator.write(span, SampleCode.returning(1));
      assertThat(protection(span)).isEqualTo(Protection.RX);
      allocator.verify();
    }
  }

  @Test
  void functions_of_a_runtime_are_called() throws Throwable {
    try (JitRuntime runtime = JitRuntime.over(builder().build())) {
      FunctionDescriptor descriptor = FunctionDescriptor.of(JAVA_INT);
      for (int number = 0; number < 200; number++) {
        JitFunction function =
            runtime.add(MachineCode.of(SampleCode.returning(number)), descriptor);
        int answer = (int) function.handle().invokeExact();
        assertThat(answer).isEqualTo(number);
        if (number % 3 == 0) {
          function.close();
        }
      }
      runtime.allocator().verify();
    }
  }

  @Test
  void spans_by_themselves_have_pages_of_their_own_and_those_of_a_scope_share() {
    try (JitAllocator allocator = builder().build()) {
      Span first = allocator.allocate(100);
      Span second = allocator.allocate(100);
      assertThat(page(first)).isNotEqualTo(page(second));
      try (WriteScope scope = allocator.writeScope()) {
        List<Span> spans = IntStream.range(0, 20).mapToObj(i -> scope.allocate(128)).toList();
        assertThat(spans).extracting(SealTest::page).containsOnly(page(spans.getFirst()));
        assertThat(page(spans.getFirst())).isNotIn(page(first), page(second));
      }
      assertThat(allocator.statistics().usedBytes()).isEqualTo(22 * 128);
      assertThat(allocator.statistics().heldBytes()).isEqualTo(3L * PAGE - 22 * 128);
      allocator.verify();
    }
  }

  @Test
  void two_open_scopes_do_not_share_pages() {
    try (JitAllocator allocator = builder().build();
        WriteScope one = allocator.writeScope();
        WriteScope other = allocator.writeScope()) {
      Span mine = one.allocate(100);
      Span theirs = other.allocate(100);
      assertThat(page(mine)).isNotEqualTo(page(theirs));
      one.write(mine, SampleCode.returning(1));
      assertThatIllegalStateException()
          .isThrownBy(() -> one.write(theirs, new byte[1]))
          .withMessageContaining("being written by another thread or write scope");
      assertThatIllegalStateException()
          .isThrownBy(() -> allocator.write(theirs, new byte[1]))
          .withMessageContaining("being written by another thread or write scope");
      one.flush();
      assertThat(protection(mine)).isEqualTo(Protection.RX);
      assertThat(protection(theirs)).isEqualTo(Protection.RW);
      other.write(theirs, SampleCode.returning(1));
    }
  }

  @Test
  void a_second_write_is_refused() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(200);
      allocator.write(span, new byte[] {1});
      for (Runnable write :
          List.<Runnable>of(
              () -> allocator.write(span, new byte[1]),
              () -> allocator.write(span, 100, MemorySegment.ofArray(new byte[1])),
              () -> allocator.write(span, all -> all.fill((byte) 0)))) {
        assertThatIllegalStateException()
            .isThrownBy(write::run)
            .withMessageContaining("it was written before: its pages are executable now");
      }
      assertThat(span.entry().get(JAVA_BYTE, 0)).isEqualTo((byte) 1);
      allocator.release(span);
    }
  }

  @Test
  void in_one_scope_a_span_is_written_piece_by_piece() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(200);
      try (WriteScope scope = allocator.writeScope()) {
        scope.write(span, new byte[] {1});
        scope.write(span, all -> all.set(JAVA_BYTE, 150, (byte) 2));
        scope.write(span, 199, MemorySegment.ofArray(new byte[] {3}));
      }
      assertThat(span.entry().get(JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(span.entry().get(JAVA_BYTE, 150)).isEqualTo((byte) 2);
      assertThat(span.entry().get(JAVA_BYTE, 199)).isEqualTo((byte) 3);
    }
  }

  @Test
  void a_scope_of_many_spans_makes_one_call_for_each_run_of_pages_and_one_barrier() {
    try (JitAllocator allocator = builder().build()) {
      List<Span> spans = publishInOneScope(allocator);
      verify(system, times(1)).protect(any(), eq(Protection.RX));
      verify(system, never()).synchronizeCores();
      spans.forEach(allocator::release);
      Span between = allocator.allocate(PAGE);
      List<Span> apart = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        apart.add(allocator.allocate(100));
      }
      allocator.release(apart.remove(4));
      clearInvocations(system);
      try (WriteScope scope = allocator.writeScope()) {
        apart.forEach(span -> scope.write(span, new byte[10]));
        verify(system, never()).protect(any(), any());
      }
      InOrder order = inOrder(system);
      order.verify(system, times(2)).protect(any(), eq(Protection.RX));
      order.verify(system, times(apart.size())).flushInstructionCache(any());
      order.verify(system, times(1)).synchronizeCores();
      allocator.release(between);
      allocator.verify();
    }
  }

  private List<Span> publishInOneScope(JitAllocator allocator) {
    List<Span> spans = new ArrayList<>();
    try (WriteScope scope = allocator.writeScope()) {
      for (int i = 0; i < 100; i++) {
        spans.add(scope.allocate(300));
        scope.write(spans.getLast(), new byte[300]);
      }
    }
    assertThat(page(spans.getLast()) - page(spans.getFirst())).isEqualTo(100L * 320 / PAGE);
    return spans;
  }

  @Test
  void a_page_becomes_writable_when_the_last_span_on_it_is_gone_and_no_sooner() {
    try (JitAllocator allocator = builder().build()) {
      List<Span> spans = new ArrayList<>();
      try (WriteScope scope = allocator.writeScope()) {
        for (int i = 0; i < 3 * PAGE / 256; i++) {
          spans.add(scope.allocate(256));
          scope.write(spans.getLast(), new byte[256]);
        }
      }
      long second = page(spans.getFirst()) + 1;
      List<Span> there = new ArrayList<>(spans.stream().filter(s -> page(s) == second).toList());
      while (there.size() > 1) {
        allocator.release(there.removeLast());
        assertThat(protection(there.getFirst())).isEqualTo(Protection.RX);
        allocator.verify();
      }
      Span last = there.getFirst();
      allocator.release(last);
      assertThat(protection(last)).isEqualTo(Protection.RW);
      assertThat(protection(spans.getFirst())).isEqualTo(Protection.RX);
      assertThat(protection(spans.getLast())).isEqualTo(Protection.RX);
      Span again = allocator.allocate(PAGE);
      assertThat(page(again)).isEqualTo(second);
      allocator.write(again, new byte[PAGE]);
      allocator.verify();
    }
  }

  @Test
  void what_a_large_span_is_shrunk_by_goes_page_by_page() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(10L * PAGE);
      allocator.write(span, new byte[10 * PAGE]);
      allocator.shrink(span, 3L * PAGE + 100);
      assertThat(allocator.statistics().usedBytes()).isEqualTo(3L * PAGE + 128);
      assertThat(allocator.statistics().heldBytes()).isEqualTo(PAGE - 128);
      assertThat(ProcessMaps.at(span.address() + 3L * PAGE).orElseThrow().protection())
          .isEqualTo(Protection.RX);
      assertThat(ProcessMaps.at(span.address() + 4L * PAGE).orElseThrow().protection())
          .isEqualTo(Protection.RW);
      allocator.verify();
      allocator.release(span);
      assertThat(allocator.statistics().heldBytes()).isZero();
      allocator.verify();
    }
  }

  @Test
  void a_span_that_is_shrunk_before_it_is_written_gives_its_pages_back_when_it_is() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(10L * PAGE);
      allocator.shrink(span, 100);
      allocator.write(span, new byte[100]);
      assertThat(allocator.statistics().heldBytes()).isEqualTo(PAGE - 128);
      allocator.verify();
      Span unwritten = allocator.allocate(10L * PAGE);
      allocator.shrink(unwritten, 100);
      allocator.release(unwritten);
      assertThat(allocator.statistics().heldBytes()).isEqualTo(PAGE - 128);
      allocator.verify();
    }
  }

  @Test
  void spans_that_are_released_while_their_scope_is_open_leave_nothing() {
    try (JitAllocator allocator = builder().build()) {
      try (WriteScope scope = allocator.writeScope()) {
        List<Span> spans = IntStream.range(0, 30).mapToObj(i -> scope.allocate(500)).toList();
        scope.write(spans.getFirst(), new byte[500]);
        spans.subList(1, 30).forEach(allocator::release);
        allocator.verify();
        assertThat(scope.allocate(100).byteSize()).isEqualTo(128);
      }
      allocator.verify();
      assertThat(allocator.statistics().spanCount()).isEqualTo(2);
      assertThat(allocator.statistics().heldBytes()).isLessThan(2L * PAGE);
    }
  }

  @Test
  void a_span_that_its_scope_has_not_written_is_sealed_with_the_others() {
    try (JitAllocator allocator = builder().build()) {
      Span span;
      try (WriteScope scope = allocator.writeScope()) {
        span = scope.allocate(100);
        scope.flush();
        Span next = scope.allocate(100);
        assertThat(page(next)).isNotEqualTo(page(span));
      }
      assertThat(protection(span)).isEqualTo(Protection.RX);
      assertThatIllegalStateException().isThrownBy(() -> allocator.write(span, new byte[1]));
      allocator.release(span);
      allocator.verify();
    }
  }

  @Test
  void a_refused_seal_publishes_nothing_and_the_spans_can_be_released() {
    try (JitAllocator allocator = builder().build()) {
      Span alive = allocator.allocate(100);
      allocator.write(alive, new byte[100]);
      VirtMemException refusal = new VirtMemException(Kind.OUT_OF_MEMORY, "too many mappings");
      List<Span> spans = new ArrayList<>();
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> {
            try (WriteScope scope = allocator.writeScope()) {
              for (int i = 0; i < 20; i++) {
                spans.add(scope.allocate(1000));
                scope.write(spans.getLast(), new byte[1000]);
              }
              doThrow(refusal).when(system).protect(any(), eq(Protection.RX));
              clearInvocations(system);
            }
          })
          .isSameAs(refusal);
      verify(system, never()).flushInstructionCache(any());
      allocator.verify();
      assertThatIllegalStateException()
          .isThrownBy(() -> allocator.write(spans.getFirst(), new byte[1]))
          .withMessageContaining("could not be made executable");
      spans.forEach(allocator::release);
      allocator.verify();
      assertThat(allocator.statistics().heldBytes()).isEqualTo(PAGE - 128);
      allowAll();
      Span next = allocator.allocate(1000);
      allocator.write(next, new byte[1000]);
      assertThat(protection(next)).isEqualTo(Protection.RX);
    }
  }

  private void allowAll() {
    doAnswer(delegatesTo(VirtMem.host())).when(system).protect(any(), any());
  }

  @Test
  void pages_that_the_system_does_not_make_writable_come_back_when_nothing_else_is_free() {
    try (JitAllocator allocator = builder().limit(1 << 16).initialPadding(false).build()) {
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < (1 << 16) / PAGE; i++) {
        spans.add(allocator.allocate(PAGE));
        allocator.write(spans.getLast(), new byte[PAGE]);
      }
      VirtMemException refusal = new VirtMemException(Kind.OUT_OF_MEMORY, "too many mappings");
      doThrow(refusal).when(system).protect(any(), eq(Protection.RW));
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.release(spans.get(3)))
          .isSameAs(refusal);
      assertThat(protection(spans.get(3))).isEqualTo(Protection.RX);
      allocator.verify();
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.allocate(100))
          .isSameAs(refusal);
      allocator.verify();
      allowAll();
      Span again = allocator.allocate(100);
      assertThat(page(again)).isEqualTo(page(spans.get(3)));
      allocator.write(again, new byte[100]);
      allocator.verify();
    }
  }

  @Test
  void released_pages_are_filled_and_quarantined() {
    try (JitAllocator allocator =
        builder().fillPattern(0x04030201).quarantine(PAGE).immediateRelease(true).build()) {
      Span alive = allocator.allocate(100);
      allocator.write(alive, new byte[100]);
      Span span = allocator.allocate(PAGE);
      allocator.write(span, new byte[PAGE]);
      MemorySegment after = peek(span);
      allocator.release(span);
      assertThat(after.toArray(JAVA_INT_UNALIGNED)).containsOnly(0x04030201);
      assertThat(protection(span)).isEqualTo(Protection.RW);
      assertThat(page(allocator.allocate(10))).isNotEqualTo(page(span));
      allocator.verify();
    }
  }

  @SuppressWarnings("restricted") // looks at memory after its release
  private static MemorySegment peek(Span span) {
    return MemorySegment.ofAddress(span.address()).reinterpret(span.byteSize());
  }

  @Test
  void a_reset_makes_everything_writable_again() {
    try (JitAllocator allocator = builder().build()) {
      WriteScope open = allocator.writeScope();
      Span shared = open.allocate(100);
      open.write(shared, new byte[100]);
      Span span = allocator.allocate(100);
      allocator.write(span, new byte[100]);
      allocator.reset(ResetPolicy.SOFT);
      allocator.verify();
      assertThat(protection(span)).isEqualTo(Protection.RW);
      Span next = allocator.allocate(100);
      open.close();
      assertThat(protection(next)).isEqualTo(Protection.RW);
      allocator.write(next, new byte[100]);
      allocator.verify();
      assertThatIllegalStateException().isThrownBy(() -> allocator.release(shared));
    }
  }

  @Test
  void a_reset_that_is_refused_leaves_no_page_that_cannot_be_written() {
    try (JitAllocator allocator = builder().build()) {
      allocator.write(allocator.allocate(100), new byte[100]);
      doThrow(new VirtMemException(Kind.OTHER, "no")).when(system).protect(any(), any());
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.reset(ResetPolicy.SOFT));
      allocator.verify();
      assertThat(allocator.statistics().reservedBytes()).isZero();
      allowAll();
      allocator.write(allocator.allocate(100), new byte[100]);
    }
  }

  @Test
  void a_reset_that_is_refused_for_one_block_makes_the_others_writable_all_the_same() {
    int[] sizes = {64, 128, 256};
    try (JitAllocator allocator = builder().multiplePools(true).build()) {
      for (int size : sizes) {
        allocator.write(allocator.allocate(size), new byte[size]);
      }
      doThrow(new VirtMemException(Kind.OTHER, "no"))
          .doAnswer(call -> {
            VirtMem.host().protect(call.getArgument(0), call.getArgument(1));
            return null;
          })
          .when(system)
          .protect(any(), any());
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.reset(ResetPolicy.SOFT));
      allocator.verify();
      for (int size : sizes) {
        Span next = allocator.allocate(size);
        assertThat(protection(next)).isEqualTo(Protection.RW);
        allocator.write(next, new byte[size]);
      }
    }
  }

  @Test
  void a_scope_that_is_open_when_the_allocator_is_closed_does_no_harm() {
    JitAllocator allocator = builder().build();
    WriteScope written = allocator.writeScope();
    written.write(written.allocate(100), new byte[100]);
    WriteScope unwritten = allocator.writeScope();
    unwritten.allocate(100);
    allocator.close();
    assertThatIllegalStateException().isThrownBy(() -> unwritten.allocate(100));
    unwritten.close();
    written.close();
    verify(system, times(1)).release(any(MemorySegment.class));
    verify(system, never()).protect(any(), any());
  }

  @Test
  void code_that_cannot_be_read_does_not_use_the_span_up() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(100);
      MemorySegment source;
      try (Arena arena = Arena.ofConfined()) {
        source = arena.allocate(100);
      }
      MemorySegment gone = source;
      assertThatIllegalStateException().isThrownBy(() -> allocator.write(span, 0, gone));
      allocator.write(span, SampleCode.returning(1));
    }
  }

  @Test
  void memory_that_is_not_there_does_not_use_the_span_up() {
    try (JitAllocator allocator = builder().blockSize(1 << 20).build()) {
      Span span = allocator.allocate(100);
      VirtMemException full = new VirtMemException(Kind.NO_SPACE, "full");
      doThrow(full).when(system).populate(any());
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.write(span, new byte[1]))
          .isSameAs(full);
      doNothing().when(system).populate(any());
      allocator.write(span, new byte[1]);
      assertThat(protection(span)).isEqualTo(Protection.RX);
      allocator.verify();
    }
  }

  @Test
  void works_with_every_other_option() {
    for (JitAllocatorBuilder options :
        List.of(
            JitAllocator.builder().multiplePools(true),
            JitAllocator.builder().range(16 << 20),
            JitAllocator.builder().guardPages(true),
            JitAllocator.builder().largePages(true).alignBlockSizeToLargePage(true),
            JitAllocator.builder().limit(1 << 20).headroom(1 << 16),
            JitAllocator.builder().hardened())) {
      try (JitAllocator allocator = options.strategy(WriteStrategy.SEAL).build()) {
        List<Span> spans = new ArrayList<>();
        for (int round = 0; round < 10; round++) {
          try (WriteScope scope = allocator.writeScope()) {
            for (int i = 0; i < 10; i++) {
              Span span = scope.allocate(100 + 300 * i);
              byte[] code = new byte[(int) span.byteSize()];
              Arrays.fill(code, (byte) (span.address() >> 6));
              scope.write(span, code);
              spans.add(span);
            }
          }
          allocator.verify();
          spans.removeIf(span -> {
            assertThat(protection(span)).isEqualTo(Protection.RX);
            assertThat(span.entry().toArray(JAVA_BYTE))
                .containsOnly((int) (span.address() >> 6) & 0xff);
            boolean goes = (span.address() >> 6) % 3 != 0;
            if (goes) {
              allocator.release(span);
            }
            return goes;
          });
          allocator.verify();
          assertThat(allocator.trim()).isNotNegative();
        }
        spans.forEach(allocator::release);
        assertThat(allocator.statistics().spanCount()).isZero();
      }
    }
  }
}
