package io.jitmem.runtime.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Threads call and one closes, a thousand times; what must hold is looked at from inside the calls.
 * Guards with a planted fault show that it would be noticed.
 */
class CallGuardStressTest {
  private static final int CALLERS = 3;
  private static final int ROUNDS = 1_000;

  /** What is tried: the real guard, or one with a fault. */
  private interface Gate {
    int enter();

    void leave(int cell);

    boolean close();
  }

  /** The code behind a gate, and what was seen of it that must not be. */
  private static final class Code implements CallGuard.Owner {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger freed = new AtomicInteger();
    volatile boolean closeReturned;
    volatile boolean refusalSeen;
    volatile boolean wrong;

    @Override
    public IllegalStateException refusal() {
      return new IllegalStateException("closed");
    }

    @Override
    public void lastCallLeft() {
      wrong |= inside.get() != 0;
      wrong |= freed.incrementAndGet() != 1;
    }

    void call(Gate gate) {
      boolean mustBeRefused = closeReturned || refusalSeen;
      int cell = gate.enter();
      inside.incrementAndGet();
      wrong |= mustBeRefused || freed.get() != 0;
      Thread.onSpinWait();
      wrong |= freed.get() != 0;
      inside.decrementAndGet();
      gate.leave(cell);
    }

    void callUntilRefused(Gate gate) {
      try {
        while (true) {
          call(gate);
        }
      } catch (IllegalStateException refused) {
        refusalSeen = true;
      }
    }

    void close(Gate gate) {
      if (gate.close()) {
        lastCallLeft();
      }
      closeReturned = true;
    }
  }

  @Test
  void a_guard_frees_once_after_the_last_call_and_refuses_from_the_close_on() throws Exception {
    assertThat(wrongRounds(Real::new, ROUNDS)).isZero();
  }

  @Test
  void a_guard_whose_cells_are_many_does_too() throws Exception {
    assertThat(wrongRounds(Spread::new, ROUNDS)).isZero();
  }

  @Test
  void a_guard_that_does_not_wait_is_noticed() throws Exception {
    assertThat(wrongRounds(NotWaiting::new, ROUNDS)).isPositive();
  }

  @Test
  void a_guard_that_looks_before_it_counts_is_noticed() throws Exception {
    assertThat(wrongRounds(LookingFirst::new, ROUNDS)).isPositive();
  }

  @Test
  void a_guard_that_marks_its_cells_one_by_one_for_all_to_see_is_noticed() throws Exception {
    assertThat(wrongRounds(HalfMarked::new, ROUNDS)).isPositive();
  }

  /** Stops at the first wrong round, so that planted faults cost little. */
  private static int wrongRounds(Function<Code, Gate> gates, int rounds) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int round = 0; round < rounds; round++) {
        Code code = new Code();
        run(code, gates.apply(code), threads);
        if (code.wrong || code.freed.get() != 1) {
          return 1;
        }
      }
    }
    return 0;
  }

  private static void run(Code code, Gate gate, ExecutorService threads) throws Exception {
    CyclicBarrier start = new CyclicBarrier(CALLERS + 1);
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      callers.add(
          threads.submit(() -> {
            start.await();
            code.callUntilRefused(gate);
            return null;
          }));
    }
    start.await();
    for (int i = 0; i < 20; i++) {
      code.call(gate);
    }
    code.close(gate);
    for (Future<?> caller : callers) {
      caller.get();
    }
  }

  private record Real(CallGuard guard) implements Gate {
    Real(Code code) {
      this(new CallGuard(code));
    }

    @Override
    public int enter() {
      return guard.enter();
    }

    @Override
    public void leave(int cell) {
      guard.leave(cell);
    }

    @Override
    public boolean close() {
      return guard.close();
    }
  }

  /** The real guard, whose threads go from cell to cell. */
  private record Spread(CallGuard guard) implements Gate {
    Spread(Code code) {
      this(new CallGuard(code));
      guard.spread();
    }

    @Override
    public int enter() {
      HomeCells.moveOn();
      return guard.enter();
    }

    @Override
    public void leave(int cell) {
      guard.leave(cell);
    }

    @Override
    public boolean close() {
      return guard.close();
    }
  }

  /** Refuses, but says that nobody is inside. */
  private record NotWaiting(CallGuard guard) implements Gate {
    NotWaiting(Code code) {
      this(new CallGuard(code));
    }

    @Override
    public int enter() {
      return guard.enter();
    }

    @Override
    public void leave(int cell) {}

    @Override
    public boolean close() {
      guard.close();
      return true;
    }
  }

  /** Between the look at the mark and the count, the code may be closed and freed. */
  private static final class LookingFirst implements Gate {
    private final Code code;
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    LookingFirst(Code code) {
      this.code = code;
    }

    @Override
    public int enter() {
      if (closed) {
        throw code.refusal();
      }
      LockSupport.parkNanos(10_000); // to be noticed sooner
      count.incrementAndGet();
      return 0;
    }

    @Override
    public void leave(int cell) {
      if (count.decrementAndGet() == 0 && closed) {
        code.lastCallLeft();
      }
    }

    @Override
    public boolean close() {
      closed = true;
      return count.get() == 0;
    }
  }

  /** Two guards, and a thread is refused by one while the other is still open. */
  private static final class HalfMarked implements Gate, CallGuard.Owner {
    private final Code code;
    private final AtomicInteger open = new AtomicInteger(2);
    private final CallGuard even = new CallGuard(this);
    private final CallGuard odd = new CallGuard(this);

    HalfMarked(Code code) {
      this.code = code;
    }

    @Override
    public int enter() {
      boolean isOdd = (Thread.currentThread().threadId() & 1) != 0;
      return isOdd ? -odd.enter() : even.enter();
    }

    @Override
    public void leave(int cell) {
      if (cell < 0) {
        odd.leave(-cell);
      } else {
        even.leave(cell);
      }
    }

    @Override
    public boolean close() {
      end(even);
      LockSupport.parkNanos(10_000); // to be noticed sooner
      end(odd);
      return false;
    }

    private void end(CallGuard guard) {
      if (guard.close()) {
        lastCallLeft();
      }
    }

    @Override
    public IllegalStateException refusal() {
      return code.refusal();
    }

    @Override
    public void lastCallLeft() {
      if (open.decrementAndGet() == 0) {
        code.lastCallLeft();
      }
    }
  }
}
