package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, and that nothing has changed then. */
@ParameterizedClass
@EnumSource(
    value = WriteStrategy.class,
    names = {"DIRECT", "DUAL", "SEAL"})
class MisuseTest {
  private final JitAllocator allocator;

  MisuseTest(WriteStrategy strategy) {
    Emulation.assumeOffered(strategy);
    allocator = JitAllocator.builder().strategy(strategy).build();
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  @Test
  void releasing_twice() {
    Span span = allocator.allocate(100);
    allocator.release(span);
    Span next = allocator.allocate(100);
    assertThat(next.address()).as("the place is taken again").isEqualTo(span.address());
    unchanged(() ->
        assertThatIllegalStateException()
            .isThrownBy(() -> allocator.release(span))
            .withMessageContaining("released before"));
  }

  @Test
  void releasing_an_address_twice() {
    Span span = allocator.allocate(100);
    allocator.allocate(100);
    allocator.release(span.address());
    unchanged(() ->
        assertThatIllegalArgumentException()
            .isThrownBy(() -> allocator.release(span.address()))
            .withMessageContaining("free"));
  }

  @Test
  void releasing_a_span_whose_address_was_released_and_taken_again() {
    Span span = allocator.allocate(100);
    allocator.release(span.address());
    Span next = allocator.allocate(100);
    assertThat(next.address()).isEqualTo(span.address());
    unchanged(() -> assertThatIllegalStateException().isThrownBy(() -> allocator.release(span)));
    allocator.release(next);
  }

  @Test
  void releasing_what_a_query_found_before_the_place_was_taken_again() {
    Span span = allocator.allocate(100);
    Span found = allocator.query(span.address() + 50).orElseThrow();
    Span foundAgain = allocator.query(span.address()).orElseThrow();
    allocator.release(span);
    Span next = allocator.allocate(100);
    assertThat(next.address()).isEqualTo(span.address());
    unchanged(() -> assertThatIllegalStateException().isThrownBy(() -> allocator.release(found)));
    unchanged(() ->
        assertThatIllegalStateException()
            .isThrownBy(() -> allocator.write(foundAgain, new byte[1])));
    allocator.release(next);
  }

  @Test
  void releasing_an_interior_address() {
    Span span = allocator.allocate(1000);
    for (long inside : new long[] {1, 63, 64, 128, 999}) {
      unchanged(() ->
          assertThatIllegalArgumentException()
              .isThrownBy(() -> allocator.release(span.address() + inside))
              .withMessageContaining("inside the span at"));
    }
  }

  @Test
  void releasing_a_foreign_address() {
    Span span = allocator.allocate(1000);
    for (long foreign :
        new long[] {0, -1, 1, span.address() - 64, span.address() + (1L << 40), 0xdeadbeefL}) {
      unchanged(
          () -> assertThatIllegalArgumentException().isThrownBy(() -> allocator.release(foreign)));
    }
  }

  @Test
  void anything_with_a_span_of_another_allocator() {
    try (JitAllocator other = JitAllocator.create()) {
      Span foreign = other.allocate(100);
      allocator.allocate(100);
      unchanged(() -> {
        assertThatIllegalArgumentException().isThrownBy(() -> allocator.release(foreign));
        assertThatIllegalArgumentException().isThrownBy(() -> allocator.shrink(foreign, 10));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> allocator.write(foreign, new byte[1]));
      });
      assertThat(other.query(foreign.address())).isPresent();
    }
  }

  @Test
  void allocating_a_size_out_of_range() {
    allocator.allocate(1);
    for (long size :
        new long[] {0, -1, Long.MIN_VALUE, JitAllocator.MAX_SPAN_BYTE_SIZE + 1, Long.MAX_VALUE}) {
      unchanged(() ->
          assertThatIllegalArgumentException()
              .isThrownBy(() -> allocator.allocate(size))
              .withMessageContaining(Long.toString(size)));
    }
  }

  @Test
  void shrinking_to_a_size_out_of_range() {
    Span span = allocator.allocate(200);
    for (long size : new long[] {-1, 257, Long.MIN_VALUE, Long.MAX_VALUE}) {
      unchanged(() ->
          assertThatIllegalArgumentException()
              .isThrownBy(() -> allocator.shrink(span, size))
              .withMessageContaining(Long.toString(size)));
    }
    assertThat(span.byteSize()).isEqualTo(256);
  }

  @Test
  void using_a_span_after_it_was_shrunk_to_nothing() {
    Span span = allocator.allocate(200);
    allocator.allocate(1);
    allocator.shrink(span, 0);
    unchanged(() -> {
      assertThatIllegalStateException().isThrownBy(() -> allocator.release(span));
      assertThatIllegalStateException().isThrownBy(() -> allocator.shrink(span, 1));
      assertThatIllegalStateException().isThrownBy(span::entry);
    });
  }

  @Test
  void writing_past_the_end_or_after_the_release() {
    Span span = allocator.allocate(64);
    Span neighbour = allocator.allocate(64);
    allocator.write(neighbour, new byte[64]);
    byte[] tooLong = new byte[65];
    MemorySegment one = MemorySegment.ofArray(new byte[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator.write(span, tooLong))
        .withMessageContaining("65 bytes")
        .withMessageContaining("64");
    assertThatIllegalArgumentException().isThrownBy(() -> allocator.write(span, 64, one));
    assertThatIllegalArgumentException().isThrownBy(() -> allocator.write(span, -1, one));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator.write(span, Long.MAX_VALUE, one));
    allocator.release(span);
    assertThatIllegalStateException().isThrownBy(() -> allocator.write(span, new byte[1]));
    assertThat(neighbour.entry().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void keeping_a_writable_segment() {
    Span span = allocator.allocate(64);
    AtomicReference<MemorySegment> kept = new AtomicReference<>();
    allocator.write(span, kept::set);
    assertThatIllegalStateException()
        .isThrownBy(() -> kept.get().set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
    assertThat(span.entry().isReadOnly()).isTrue();
  }

  @Test
  void releasing_or_shrinking_while_a_write_scope_is_open() {
    Span span = allocator.allocate(64);
    try (WriteScope scope = allocator.writeScope()) {
      scope.write(span, new byte[64]);
      unchanged(() -> {
        assertThatIllegalStateException()
            .isThrownBy(() -> allocator.release(span))
            .withMessageContaining("being written");
        assertThatIllegalStateException().isThrownBy(() -> allocator.shrink(span, 1));
      });
    }
    allocator.release(span);
  }

  @Test
  void writing_through_a_closed_scope() {
    Span span = allocator.allocate(64);
    WriteScope scope = allocator.writeScope();
    scope.close();
    scope.close();
    assertThatIllegalStateException().isThrownBy(() -> scope.write(span, new byte[1]));
    allocator.release(span);
  }

  @Test
  void a_failing_writer_leaves_the_span_as_any_writer_does() {
    Span span = allocator.allocate(64);
    assertThatIllegalStateException()
        .isThrownBy(() ->
            allocator.write(
                span,
                bytes -> {
                  throw new IllegalStateException("the writer's own");
                }))
        .withMessage("the writer's own");
    if (allocator.strategy() == WriteStrategy.SEAL) {
      assertThatIllegalStateException()
          .as("what was written until then is published")
          .isThrownBy(() -> allocator.write(span, new byte[64]))
          .withMessageContaining("was written before");
    } else {
      allocator.write(span, new byte[64]);
    }
    allocator.release(span);
  }

  @Test
  void using_spans_from_before_a_reset() {
    Span first = allocator.allocate(64);
    allocator.reset(ResetPolicy.SOFT);
    Span taken = allocator.allocate(64);
    assertThat(taken.address()).isEqualTo(first.address());
    unchanged(() -> {
      assertThatIllegalStateException().isThrownBy(() -> allocator.release(first));
      assertThatIllegalStateException().isThrownBy(first::entry);
    });
    allocator.reset(ResetPolicy.HARD);
    assertThat(allocator.statistics().spanCount()).isZero();
    assertThat(allocator.statistics().blockCount()).isZero();
    assertThat(allocator.statistics().reservedBytes()).isZero();
    assertThatIllegalStateException().isThrownBy(() -> allocator.release(taken));
  }

  @Test
  void any_use_after_close() {
    Span span = allocator.allocate(64);
    MemorySegment entry = span.entry();
    allocator.close();
    allocator.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> allocator.allocate(1))
        .withMessageContaining("closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> allocator.release(span))
        .withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(() -> allocator.release(span.address()));
    assertThatIllegalStateException().isThrownBy(() -> allocator.query(span.address()));
    assertThatIllegalStateException().isThrownBy(() -> allocator.write(span, new byte[1]));
    assertThatIllegalStateException().isThrownBy(() -> allocator.shrink(span, 1));
    assertThatIllegalStateException().isThrownBy(() -> allocator.reset(ResetPolicy.SOFT));
    assertThatIllegalStateException().isThrownBy(allocator::statistics);
    assertThatIllegalStateException().isThrownBy(() -> entry.get(ValueLayout.JAVA_BYTE, 0));
  }

  @Test
  void releasing_from_many_threads_at_once_succeeds_exactly_once() {
    for (int round = 0; round < 200; round++) {
      Span span = allocator.allocate(64);
      AtomicInteger released = new AtomicInteger();
      IntStream.range(0, 4)
          .parallel()
          .forEach(thread -> {
            try {
              allocator.release(span);
              released.incrementAndGet();
            } catch (IllegalStateException refused) {
              assertThat(refused).hasMessageContaining("released");
            }
          });
      assertThat(released).hasValue(1);
    }
    assertThat(allocator.statistics().spanCount()).isZero();
  }

  private void unchanged(Runnable refusedOperation) {
    AllocatorStatistics before = allocator.statistics();
    refusedOperation.run();
    assertThat(allocator.statistics()).isEqualTo(before);
    allocator.verify();
  }
}
