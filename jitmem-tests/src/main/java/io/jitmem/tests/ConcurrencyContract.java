package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The part of the contract about many threads at once. */
abstract class ConcurrencyContract extends CallTargetContract {
  private static final int THREADS = 4;
  private static final int ROUNDS = 100;

  /** What is live, from the address of its first byte to that behind its last. */
  private final ConcurrentSkipListMap<Long, Long> live = new ConcurrentSkipListMap<>();

  @Test
  void serves_many_threads_at_once_and_leaves_nothing() throws Exception {
    long before = mappedBytes();
    Capabilities found = virtMem().capabilities();
    inThreads(thread -> {
      Random random = new Random(thread);
      for (int round = 0; round < ROUNDS; round++) {
        byte mark = (byte) (1 + thread);
        switch (random.nextInt(4)) {
          case 0 -> useSingle(mark, MappingOptions.NONE);
          case 1 -> useSingle(mark, MappingOptions.NONE.withGlobalScope());
          case 2 -> useDual(mark, found);
          default -> useReservation(mark, found);
        }
      }
    });
    assertThat(live).isEmpty();
    assertThat(mappedBytes()).isEqualTo(before);
  }

  private void useSingle(byte mark, MappingOptions options) {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW, options);
    enter(memory);
    requireZeros(memory);
    memory.fill(mark);
    virtMem().protect(pages(memory, 1, 2), Protection.R);
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
    leave(memory);
    virtMem().release(memory);
  }

  private void useDual(byte mark, Capabilities found) {
    if (found.allows(Ability.DUAL_MAPPING)) {
      DualMapping dual = virtMem().allocateDual(bytes());
      enter(dual.rx());
      enter(dual.rw());
      dual.rw().fill(mark);
      virtMem().flushInstructionCache(dual.rx());
      assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
      leave(dual.rx());
      leave(dual.rw());
      virtMem().release(dual);
    }
  }

  private void useReservation(byte mark, Capabilities found) {
    if (found.allows(Ability.RESERVE)) {
      withReservation(reserved -> {
        enter(reserved);
        MemorySegment part = pages(reserved, 1, 2);
        virtMem().commit(part, Protection.RW);
        requireZeros(part);
        part.fill(mark);
        assertThat(part.toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
        virtMem().decommit(part);
        leave(reserved);
      });
    }
  }

  /** Notes a range that nobody else may have at this moment. */
  private void enter(MemorySegment memory) {
    long end = memory.address() + memory.byteSize();
    assertThat(live.put(memory.address(), end)).isNull();
    var below = live.lowerEntry(memory.address());
    assertThat(below == null || below.getValue() <= memory.address()).isTrue();
    var above = live.higherKey(memory.address());
    assertThat(above == null || end <= above).isTrue();
  }

  private void leave(MemorySegment memory) {
    live.remove(memory.address());
  }

  @Test
  void lets_exactly_one_of_many_threads_release_a_mapping() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
      AtomicInteger released = new AtomicInteger();
      inThreads(thread -> {
        try {
          virtMem().release(memory);
          released.incrementAndGet();
        } catch (IllegalStateException late) {
          assertThat(late).message().isNotBlank();
        }
      });
      assertThat(released).hasValue(1);
    }
  }

  /** Runs something in several threads that start together. */
  private static void inThreads(Consumer<Integer> work) throws Exception {
    CountDownLatch start = new CountDownLatch(THREADS);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        all.add(
            threads.submit(() -> {
              start.countDown();
              start.await();
              work.accept(thread);
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }
}
