package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doNothing;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that goes back to the system, and comes again. */
@SuppressWarnings("restricted") // looks at memory after its release
class TrimTest {
  private static final int SPAN = 20_000;

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void whole_free_pages_inside_used_blocks_go_and_come_back_when_nothing_else_is_left(
      WriteStrategy strategy) {
    try (JitAllocator allocator = builder(strategy).build()) {
      List<Span> spans = fill(allocator);
      MemorySegment gone = MemorySegment.ofAddress(spans.get(1).address()).reinterpret(SPAN);
      List<Span> kept = releaseOdd(allocator, spans);
      long committed = allocator.statistics().committedBytes();
      long trimmed = allocator.trim();
      assertThat(trimmed).isGreaterThan(allocator.statistics().usedBytes() / 2);
      assertThat(allocator.statistics().committedBytes()).isEqualTo(committed - trimmed);
      // The first and the last page of the span may be shared with its neighbours.
      assertThat(gone.asSlice(8192, 4096).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      kept.forEach(TrimTest::requireContents);
      allocator.verify();
      assertThat(allocator.trim()).isZero();

      long reserved = allocator.statistics().reservedBytes();
      for (int i = 0; i < kept.size() / 2; i++) {
        Span again = allocator.allocate(SPAN);
        allocator.write(again, contents(again));
        requireContents(again);
      }
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(reserved);
      kept.forEach(TrimTest::requireContents);
      allocator.verify();
    }
  }

  @Test
  void pages_that_come_back_are_filled_before_anybody_gets_them() {
    try (JitAllocator allocator = builder(WriteStrategy.DUAL).fillPattern(0x04030201).build()) {
      List<Span> spans = fill(allocator);
      int live = releaseOdd(allocator, spans).size();
      assertThat(allocator.trim()).isPositive();
      for (int i = 0; i < live / 2; i++) {
        assertThat(allocator.allocate(SPAN).entry().toArray(ValueLayout.JAVA_INT_UNALIGNED))
            .containsOnly(0x04030201);
      }
      allocator.verify();
    }
  }

  @Test
  void pages_that_cannot_be_filled_when_they_come_back_stay_away() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    try (JitAllocator allocator =
        builder(WriteStrategy.DUAL).virtMem(system).fillPattern(0x04030201).build()) {
      int live = releaseOdd(allocator, fill(allocator)).size();
      assertThat(allocator.trim()).isPositive();
      var before = allocator.statistics();
      doThrow(new VirtMemException(Kind.NO_SPACE, "full")).when(system).populate(any());
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> {
            for (int i = 0; i < live; i++) {
              allocator.allocate(SPAN);
            }
          })
          .withMessage("full");
      assertThat(allocator.statistics().committedBytes()).isEqualTo(before.committedBytes());
      allocator.verify();
      doNothing().when(system).populate(any());
      for (int i = 0; i < live / 2; i++) {
        assertThat(allocator.allocate(SPAN).entry().toArray(ValueLayout.JAVA_INT_UNALIGNED))
            .containsOnly(0x04030201);
      }
      allocator.verify();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_reset_after_it_leaves_the_figures_right(boolean filled) {
    try (JitAllocator allocator = builder(WriteStrategy.DUAL).fillUnusedMemory(filled).build()) {
      releaseOdd(allocator, fill(allocator));
      assertThat(allocator.trim()).isPositive();
      allocator.reset(ResetPolicy.SOFT);
      allocator.verify();
      assertThat(allocator.statistics().usedBytes()).isZero();
      assertThat(allocator.statistics().spanCount()).isZero();
      assertThat(allocator.statistics().heldBytes()).isZero();
      // Filling touches all of it; else what was given back may come into use with any span.
      assertThat(allocator.statistics().committedBytes())
          .isBetween(filled ? 1L << 20 : (1L << 20) - 3 * SPAN, 1L << 20);
      long reserved = allocator.statistics().reservedBytes();
      fill(allocator);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(reserved);
    }
  }

  @Test
  void blocks_without_spans_go_as_a_whole() {
    try (JitAllocator allocator = JitAllocator.create()) {
      Span span = allocator.allocate(1000);
      allocator.write(span, new byte[1000]);
      allocator.release(span);
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      assertThat(allocator.trim()).isPositive();
      assertThat(allocator.statistics().blockCount()).isZero();
      assertThat(allocator.statistics().reservedBytes()).isZero();
      allocator.allocate(1000);
      allocator.verify();
    }
  }

  @Test
  void memory_that_the_backend_cannot_take_stays() {
    requireStays(new UnsupportedOperationException("cannot"));
    requireStays(new VirtMemException(Kind.NOT_SUPPORTED, "cannot here"));
  }

  private static void requireStays(RuntimeException answer) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    doThrow(answer).when(system).discard(any());
    try (JitAllocator allocator = builder(WriteStrategy.DUAL).virtMem(system).build()) {
      releaseOdd(allocator, fill(allocator));
      var before = allocator.statistics();
      assertThat(allocator.trim()).isZero();
      assertThat(allocator.statistics()).isEqualTo(before);
      allocator.verify();
    }
  }

  @Test
  void a_refusal_is_passed_on_and_leaves_the_memory_to_be_had() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    VirtMemException refusal = new VirtMemException(Kind.OTHER, "not today");
    doThrow(refusal).when(system).discard(any());
    try (JitAllocator allocator = builder(WriteStrategy.DUAL).virtMem(system).build()) {
      List<Span> kept = releaseOdd(allocator, fill(allocator));
      var before = allocator.statistics();
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(allocator::trim)
          .isSameAs(refusal);
      assertThat(allocator.statistics()).isEqualTo(before);
      for (int i = 0; i < kept.size() / 2; i++) {
        allocator.allocate(SPAN);
      }
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(before.reservedBytes());
      allocator.verify();
    }
  }

  /** The call of the system is where another thread gets in between. */
  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void nobody_gets_pages_that_are_just_being_given_back(WriteStrategy strategy) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    try (JitAllocator allocator = builder(strategy).virtMem(system).limit(1 << 20).build()) {
      List<Span> spans = fill(allocator);
      releaseOdd(allocator, spans);
      List<Span> meanwhile = new ArrayList<>();
      doAnswer(
              call -> {
                fillToTheLimit(allocator, meanwhile);
                VirtMem.host().discard(call.getArgument(0));
                return null;
              })
          .when(system)
          .discard(any());
      assertThat(allocator.trim()).isPositive();
      meanwhile.forEach(TrimTest::requireContents);
      fillToTheLimit(allocator, meanwhile);
      assertThat(meanwhile).hasSizeGreaterThan(spans.size() / 3);
      meanwhile.forEach(TrimTest::requireContents);
      allocator.verify();
    }
  }

  private static void fillToTheLimit(JitAllocator allocator, List<Span> spans) {
    try {
      while (true) {
        Span span = allocator.allocate(SPAN);
        allocator.write(span, contents(span));
        spans.add(span);
      }
    } catch (CapacityException full) {
      assertThat(full.requestedBytes()).isEqualTo(SPAN);
    }
  }

  /** What went is zero now, so it must not count as filled. */
  @Test
  void a_refusal_half_way_leaves_nothing_free_that_is_not_filled() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    int[] calls = {0};
    doAnswer(
            call -> {
              if (++calls[0] > 3) {
                throw new VirtMemException(Kind.OTHER, "not all of it");
              }
              VirtMem.host().discard(call.getArgument(0));
              return null;
            })
        .when(system)
        .discard(any());
    try (JitAllocator allocator =
        builder(WriteStrategy.DUAL).virtMem(system).fillPattern(0x04030201).build()) {
      int live = releaseOdd(allocator, fill(allocator)).size();
      assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::trim);
      for (int i = 0; i < live / 2; i++) {
        assertThat(allocator.allocate(SPAN).entry().toArray(ValueLayout.JAVA_INT_UNALIGNED))
            .containsOnly(0x04030201);
      }
      allocator.verify();
    }
  }

  private static JitAllocatorBuilder builder(WriteStrategy strategy) {
    return JitAllocator.builder().strategy(strategy).blockSize(1 << 20);
  }

  /** Fills the first block. */
  private static List<Span> fill(JitAllocator allocator) {
    List<Span> spans = new ArrayList<>();
    while (allocator.statistics().usedBytes() < (1 << 20) - 2 * SPAN) {
      Span span = allocator.allocate(SPAN);
      allocator.write(span, contents(span));
      spans.add(span);
    }
    assertThat(allocator.statistics().blockCount()).isEqualTo(1);
    return spans;
  }

  private static List<Span> releaseOdd(JitAllocator allocator, List<Span> spans) {
    List<Span> kept = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      if (i % 2 == 0) {
        kept.add(spans.get(i));
      } else {
        allocator.release(spans.get(i));
      }
    }
    return kept;
  }

  private static byte[] contents(Span span) {
    byte[] contents = new byte[SPAN];
    Arrays.fill(contents, (byte) (span.address() >> 6 | 1));
    return contents;
  }

  private static void requireContents(Span span) {
    assertThat(span.entry().asSlice(0, SPAN).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(contents(span));
  }
}
