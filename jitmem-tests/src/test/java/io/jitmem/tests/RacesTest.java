package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two or more threads at the same thing, many times over. */
class RacesTest {
  private static final int ROUNDS = Boolean.getBoolean("jitmem.long") ? 50_000 : 1_500;

  /** What stands between a close and the memory. */
  enum Setup {
    PLAIN,
    FILLED,
    RANGE,
    HARDENED;

    JitAllocator allocator() {
      JitAllocatorBuilder builder = JitAllocator.builder().strategy(WriteStrategy.DUAL);
      return switch (this) {
        case PLAIN -> builder.immediateRelease(true).build();
        case FILLED -> builder.fillUnusedMemory(true).build();
        case RANGE -> builder.range(4 << 20).build();
        case HARDENED -> builder.hardened().quarantine(10_000).build();
      };
    }
  }

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger refused = new AtomicInteger();

  @AfterEach
  void end() {
    threads.close();
  }

  @ParameterizedTest
  @EnumSource
  void of_two_threads_that_release_one_span_one_does(Setup setup) throws Exception {
    try (JitAllocator allocator = setup.allocator()) {
      Span keeper = allocator.allocate(100);
      for (int round = 0; round < ROUNDS; round++) {
        Span span = allocator.allocate(100 + round % 3000);
        boolean byAddress = round % 2 == 0;
        List<Boolean> released =
            together(
                () -> released(() -> allocator.release(span)),
                () -> released(() -> release(allocator, span, byAddress)));
        assertThat(released).containsExactlyInAnyOrder(true, false);
      }
      assertThat(allocator.statistics().spanCount()).isEqualTo(1);
      allocator.release(keeper);
      allocator.verify();
    }
  }

  private static void release(JitAllocator allocator, Span span, boolean byAddress) {
    if (byAddress) {
      allocator.release(span.address());
    } else {
      allocator.release(span);
    }
  }

  private static boolean released(Runnable release) {
    try {
      release.run();
      return true;
    } catch (IllegalStateException | IllegalArgumentException late) {
      assertThat(late).hasMessageMatching("(?s).*(released before|no span starts|no block).*");
      return false;
    }
  }

  @Test
  void a_query_finds_a_span_whole_or_not_at_all_while_it_shrinks_and_goes() throws Exception {
    try (JitAllocator allocator = Setup.PLAIN.allocator()) {
      Span keeper = allocator.allocate(64);
      for (int round = 0; round < ROUNDS; round++) {
        Span span = allocator.allocate(640);
        long address = span.address();
        List<Boolean> found =
            together(
                () -> shrinkAndRelease(allocator, span),
                () -> isWhole(allocator.query(address + 63), address));
        assertThat(found).containsOnly(true);
      }
      allocator.release(keeper);
      allocator.verify();
    }
  }

  private static boolean shrinkAndRelease(JitAllocator allocator, Span span) {
    allocator.shrink(span, 128);
    allocator.release(span);
    return allocator.query(span.address()).isEmpty();
  }

  private static boolean isWhole(Optional<Span> found, long address) {
    return found.isEmpty()
        || (found.get().address() == address
            && (found.get().byteSize() == 640 || found.get().byteSize() == 128));
  }

  /** Whoever comes too late is told so, and nothing stays mapped. */
  @ParameterizedTest
  @EnumSource
  void close_may_come_at_any_moment(Setup setup) throws Exception {
    for (int round = 0; round < ROUNDS / 15; round++) {
      JitAllocator allocator = setup.allocator();
      int seed = round;
      together(
          () -> use(allocator, new Random(seed)),
          () -> use(allocator, new Random(~seed)),
          () -> closeAfter(allocator, new Random(seed).nextInt(200)));
      allocator.close();
      assertThat(ProcessMaps.ourMappings()).isEmpty();
    }
    assertThat(refused.get()).isPositive();
  }

  private boolean use(JitAllocator allocator, Random random) {
    List<Span> spans = new ArrayList<>();
    try {
      for (int step = 0; step < 200; step++) {
        step(allocator, spans, random);
      }
    } catch (IllegalStateException closed) {
      refused.incrementAndGet();
      assertThat(allocator.isClosed()).as(String.valueOf(closed)).isTrue();
    }
    return true;
  }

  private static void step(JitAllocator allocator, List<Span> spans, Random random) {
    int choice = spans.isEmpty() ? 0 : random.nextInt(8);
    switch (choice) {
      case 0, 1, 2 -> spans.add(allocator.allocate(1 + random.nextInt(20_000)));
      case 3 -> allocator.release(spans.removeLast());
      case 4 -> allocator.shrink(spans.getLast(), 1);
      case 5 -> allocator.write(spans.getLast(), new byte[1 + random.nextInt(60)]);
      case 6 -> allocator.query(spans.getLast().address());
      default -> allocator.trim();
    }
  }

  private static boolean closeAfter(JitAllocator allocator, int spins) {
    for (int i = 0; i < spins; i++) {
      Thread.onSpinWait();
    }
    allocator.close();
    return true;
  }

  /** Runs things in threads that start together. */
  @SafeVarargs
  private List<Boolean> together(Callable<Boolean>... things) throws Exception {
    CyclicBarrier start = new CyclicBarrier(things.length);
    List<Future<Boolean>> all = new ArrayList<>();
    for (Callable<Boolean> thing : things) {
      all.add(
          threads.submit(() -> {
            start.await();
            return thing.call();
          }));
    }
    List<Boolean> answers = new ArrayList<>();
    for (Future<Boolean> each : all) {
      answers.add(answer(each));
    }
    return answers;
  }

  private static Boolean answer(Future<Boolean> thing) throws InterruptedException {
    try {
      return thing.get();
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    }
  }
}
