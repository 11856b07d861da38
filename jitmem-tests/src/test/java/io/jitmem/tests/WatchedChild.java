package io.jitmem.tests;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with two allocators to watch. It says when they are there, and ends with its input. The
 * busy one has 25 spans of two granules, or one less, and refuses as often as it allocates.
 */
final class WatchedChild {
  static final int SPANS = 25;

  private static final int LIMIT = 1 << 16;

  private WatchedChild() {}

  /** With an argument: other JVMs have no allocator. */
  public static void main(String[] arguments) throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread.ofPlatform().daemon().start(() -> awaitEndOfInput(ended));
    if (arguments.length > 0) {
      System.out.println("ready");
      ended.await();
      return;
    }
    try (JitAllocator busy = JitAllocator.builder().name("busy").limit(LIMIT).build();
        JitAllocator idle = JitAllocator.builder().name("idle").build()) {
      idle.allocate(1);
      Deque<Span> live = fill(busy);
      System.out.println("ready");
      while (!ended.await(2, TimeUnit.MILLISECONDS)) {
        turnOver(busy, live);
        refuse(busy);
      }
    }
  }

  private static Deque<Span> fill(JitAllocator allocator) {
    Deque<Span> live = new ArrayDeque<>();
    while (live.size() < SPANS) {
      live.add(allocator.allocate(100));
    }
    return live;
  }

  /** One span more or less, and one written. */
  private static void turnOver(JitAllocator allocator, Deque<Span> live) {
    allocator.release(live.remove());
    Span span = allocator.allocate(100);
    allocator.write(span, new byte[100]);
    live.add(span);
  }

  private static void refuse(JitAllocator allocator) {
    try {
      allocator.allocate(2 * LIMIT);
      throw new AssertionError("a span larger than the limit");
    } catch (CapacityException expected) {
      // It is counted, and seen by who watches.
    }
  }

  private static void awaitEndOfInput(CountDownLatch ended) {
    try {
      System.in.readAllBytes();
    } catch (java.io.IOException gone) {
      // Nobody is there any more.
    }
    ended.countDown();
  }
}
