package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.jitmem.allocator.CachePolicy;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

/**
 * That new code is what is executed: by real calls, and by the calls that a backend gets for it.
 */
@ParameterizedClass
@EnumSource(
    value = WriteStrategy.class,
    names = {"DIRECT", "DUAL"})
@SuppressWarnings("restricted") // tests call generated code as users do
class PublicationTest {
  private final VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
  private final JitAllocator allocator;

  PublicationTest(WriteStrategy strategy) {
    allocator = JitAllocator.builder().virtMem(system).strategy(strategy).build();
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  @Test
  void code_that_was_executed_is_replaced() throws Throwable {
    Span span = allocator.allocate(64);
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                MemorySegment.ofAddress(span.address()), FunctionDescriptor.of(JAVA_INT));
    for (int number = 0; number < 1000; number++) {
      allocator.write(span, SampleCode.returning(number));
      int answer = (int) handle.invokeExact();
      assertThat(answer).isEqualTo(number);
    }
  }

  @Test
  void memory_that_never_held_code_is_flushed_at_its_executable_address_without_a_barrier() {
    Span span = allocator.allocate(200);
    allocator.write(span, 10, MemorySegment.ofArray(new byte[100]));
    ArgumentCaptor<MemorySegment> flushed = ArgumentCaptor.forClass(MemorySegment.class);
    verify(system).flushInstructionCache(flushed.capture());
    assertThat(flushed.getValue().address()).isEqualTo(span.address() + 10);
    assertThat(flushed.getValue().byteSize()).isEqualTo(100);
    verify(system, never()).synchronizeCores();
  }

  @Test
  void a_second_write_and_a_reused_place_need_the_barrier_after_the_flush() {
    Span span = allocator.allocate(64);
    allocator.write(span, new byte[64]);
    allocator.write(span, new byte[64]);
    InOrder order = inOrder(system);
    order.verify(system, times(2)).flushInstructionCache(any());
    order.verify(system).synchronizeCores();
    allocator.release(span);
    allocator.write(allocator.allocate(64), new byte[64]);
    order.verify(system).flushInstructionCache(any());
    order.verify(system).synchronizeCores();
  }

  @Test
  void a_scope_publishes_everything_with_one_barrier_at_its_end() {
    Span[] spans = new Span[10];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = allocator.allocate(64);
      allocator.write(spans[i], new byte[8]);
    }
    try (WriteScope scope = allocator.writeScope()) {
      for (Span span : spans) {
        scope.write(span, SampleCode.returning(1));
      }
      verify(system, times(spans.length)).flushInstructionCache(any());
      verify(system, never()).synchronizeCores();
    }
    verify(system, times(2 * spans.length)).flushInstructionCache(any());
    verify(system, times(1)).synchronizeCores();
  }

  @Test
  void a_scope_allocates_what_it_is_to_write() {
    Span span;
    try (WriteScope scope = allocator.writeScope()) {
      span = scope.allocate(100);
      scope.write(span, SampleCode.returning(1));
    }
    assertThat(allocator.query(span.address())).isPresent();
    WriteScope closed = allocator.writeScope();
    closed.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> closed.allocate(100))
        .withMessage("the write scope is closed");
  }

  @Test
  void a_policy_overrides_what_seems_needed() {
    Span span = allocator.allocate(64);
    try (WriteScope scope = allocator.writeScope(CachePolicy.NEVER_FLUSH)) {
      scope.write(span, new byte[8]);
    }
    verify(system, never()).flushInstructionCache(any());
    try (WriteScope scope = allocator.writeScope(CachePolicy.FLUSH_AFTER_WRITE)) {
      scope.write(allocator.allocate(64), new byte[8]);
    }
    verify(system).flushInstructionCache(any());
    verify(system).synchronizeCores();
    try (WriteScope scope = allocator.writeScope(CachePolicy.FLUSH_AFTER_WRITE)) {
      scope.flush();
    }
    verify(system).synchronizeCores();
  }
}
