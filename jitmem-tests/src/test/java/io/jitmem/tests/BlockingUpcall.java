package io.jitmem.tests;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;

/** A function of Java's that returns when it is told to. Closing it tells it, if nobody has. */
final class BlockingUpcall implements AutoCloseable {
  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch mayReturn = new CountDownLatch(1);
  private final MemorySegment address;

  BlockingUpcall(Arena arena, int result) {
    address =
        Upcalls.of(
            arena,
            () -> {
              called.countDown();
              await(mayReturn);
              return result;
            });
  }

  MemorySegment address() {
    return address;
  }

  void awaitCall() {
    await(called);
  }

  void letReturn() {
    mayReturn.countDown();
  }

  @Override
  public void close() {
    letReturn();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
