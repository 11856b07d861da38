package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads on one allocator. Each span carries the stamp of its owner, which must be there when
 * it is released.
 */
class ConcurrencyTest {
  private static final long MILLIS = Boolean.getBoolean("jitmem.long") ? 96_000 : 8_000;
  private static final int THREADS = 4;

  private final AtomicLong stamps = new AtomicLong();
  private final AtomicBoolean stop = new AtomicBoolean();

  /** Spans whose makers have let go of them, for any thread to release. */
  private final ConcurrentLinkedQueue<Owned> handedOver = new ConcurrentLinkedQueue<>();

  private record Owned(Span span, long stamp) {}

  @ParameterizedTest
  @CsvSource({
    "DIRECT, false, false",
    "DIRECT, true, true",
    "DUAL, false, true",
    "DUAL, true, false",
    "SEAL, false, true",
    "SEAL, true, false"
  })
  void no_span_is_ever_somebody_elses(WriteStrategy strategy, boolean pools, boolean fill)
      throws Exception {
    try (JitAllocator allocator =
            JitAllocator.builder()
                .strategy(strategy)
                .multiplePools(pools)
                .fillUnusedMemory(fill)
                .immediateRelease(pools)
                .build();
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(threads.submit(worker(allocator, i)));
      }
      all.add(threads.submit(asker(allocator)));
      Thread.sleep(MILLIS);
      stop.set(true);
      long operations = 0;
      for (Future<Long> each : all) {
        operations += each.get();
      }
      handedOver.forEach(owned -> allocator.release(owned.span()));
      allocator.verify();
      assertThat(allocator.statistics().spanCount()).isZero();
      assertThat(allocator.statistics().usedBytes()).isZero();
      assertThat(operations).isPositive();
    }
  }

  private Callable<Long> worker(JitAllocator allocator, int seed) {
    return () -> {
      Random random = new Random(seed);
      List<Owned> mine = new ArrayList<>();
      long operations = 0;
      while (!stop.get()) {
        operations++;
        step(allocator, random, mine);
      }
      mine.forEach(owned -> release(allocator, owned));
      return operations;
    };
  }

  private void step(JitAllocator allocator, Random random, List<Owned> mine) {
    int choice = random.nextInt(16);
    if (choice < 7 && mine.size() < 2000) {
      mine.add(allocate(allocator, 8 + random.nextInt(2000)));
    } else if (!mine.isEmpty()) {
      Owned owned = mine.remove(random.nextInt(mine.size()));
      if (choice < 9) {
        handedOver.add(owned);
      } else if (choice < 11) {
        allocator.shrink(owned.span(), 1 + random.nextInt((int) owned.span().byteSize()));
        mine.add(owned);
      } else {
        release(allocator, owned);
      }
      Owned foreign = choice == 15 ? handedOver.poll() : null;
      if (foreign != null) {
        release(allocator, foreign);
      }
    }
  }

  private Owned allocate(JitAllocator allocator, int size) {
    Span span = allocator.allocate(size);
    long stamp = stamps.incrementAndGet();
    MemorySegment bytes = MemorySegment.ofArray(new long[(int) span.byteSize() / 8]);
    for (long at = 0; at < bytes.byteSize(); at += 8) {
      bytes.set(ValueLayout.JAVA_LONG, at, stamp);
    }
    allocator.write(span, 0, bytes);
    return new Owned(span, stamp);
  }

  private static void release(JitAllocator allocator, Owned owned) {
    MemorySegment entry = owned.span().entry();
    for (long at = 0; at < entry.byteSize(); at += 8) {
      assertThat(entry.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isEqualTo(owned.stamp());
    }
    allocator.release(owned.span());
  }

  /**
   * Looks spans up while they come and go: what it finds must contain the address that it asked
   * for.
   */
  private Callable<Long> asker(JitAllocator allocator) {
    return () -> {
      Random random = new Random(99);
      long found = 0;
      Span probe = allocator.allocate(64);
      while (!stop.get()) {
        long address = probe.address() + random.nextInt(1 << 20) - (1 << 19);
        var span = allocator.query(address);
        if (span.isPresent()) {
          found++;
          assertThat(address)
              .isBetween(span.get().address(), span.get().address() + span.get().byteSize() - 1);
        }
        assertThat(allocator.query(probe.address() + 63).orElseThrow().address())
            .isEqualTo(probe.address());
      }
      allocator.release(probe);
      return found + 1;
    };
  }
}
