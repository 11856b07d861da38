package io.jitmem.runtime.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CallGuardTest {
  private final AtomicInteger told = new AtomicInteger();
  private final CallGuard guard = new CallGuard(new Counting(told));

  @Test
  void code_that_nobody_is_in_is_idle_at_once_and_its_owner_is_not_told() {
    assertThat(guard.close()).isTrue();
    assertThat(guard.close()).isTrue();
    assertThat(told).hasValue(0);
    assertRefused();
  }

  @Test
  void the_last_to_leave_tells_the_owner_once() {
    int outer = guard.enter();
    int inner = guard.enter();
    assertThat(guard.callCount()).isEqualTo(2);
    assertThat(guard.close()).isFalse();
    assertRefused();
    guard.leave(inner);
    assertThat(told).hasValue(0);
    assertThat(guard.close()).isFalse();
    guard.leave(outer);
    assertThat(told).hasValue(1);
    assertThat(guard.callCount()).isZero();
    assertThat(guard.close()).isTrue();
    assertRefused();
  }

  @Test
  void calls_before_the_close_tell_nobody() {
    for (int i = 0; i < 10; i++) {
      guard.leave(guard.enter());
    }
    assertThat(told).hasValue(0);
    assertThat(guard.close()).isTrue();
  }

  @Test
  void a_call_may_leave_by_another_thread() throws InterruptedException {
    int cell = guard.enter();
    assertThat(guard.close()).isFalse();
    Thread other = Thread.ofPlatform().start(() -> guard.leave(cell));
    other.join();
    assertThat(told).hasValue(1);
  }

  @Test
  void threads_that_meet_get_cells_of_their_own_and_calls_from_before_still_count()
      throws InterruptedException {
    int before = guard.enter();
    meet();
    int after = guard.enter();
    assertThat(after).isNotEqualTo(before);
    assertThat(guard.callCount()).isEqualTo(2);
    assertThat(guard.close()).isFalse();
    assertRefused();
    guard.leave(after);
    assertThat(told).hasValue(0);
    guard.leave(before);
    assertThat(told).hasValue(1);
  }

  @Test
  void a_guard_whose_threads_have_met_is_closed_as_any_other() {
    guard.spread();
    assertThat(guard.callCount()).isZero();
    assertThat(guard.close()).isTrue();
    assertRefused();
    assertThat(told).hasValue(0);
  }

  @Test
  void a_thread_that_moved_on_leaves_where_it_came_in() {
    guard.spread();
    List<Integer> cells = new ArrayList<>();
    for (int i = 0; i < 2 * HomeCells.COUNT; i++) {
      cells.add(guard.enter());
      HomeCells.moveOn();
    }
    assertThat(cells.stream().distinct()).hasSize(HomeCells.COUNT);
    assertThat(guard.callCount()).isEqualTo(cells.size());
    assertThat(guard.close()).isFalse();
    cells.forEach(guard::leave);
    assertThat(told).hasValue(1);
  }

  @Test
  void threads_that_were_started_together_have_different_homes() throws InterruptedException {
    List<Integer> homes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread.ofPlatform().start(() -> homes.add(HomeCells.ofThisThread())).join();
    }
    assertThat(Integer.bitCount(HomeCells.COUNT)).isEqualTo(1);
    assertThat(HomeCells.COUNT)
        .isBetween(2, 64)
        .isGreaterThanOrEqualTo(Math.min(64, Runtime.getRuntime().availableProcessors()));
    assertThat(homes).allMatch(home -> home >= 0 && home < HomeCells.COUNT);
  }

  /** Lets threads meet in the first cell; a failed compare-and-set cannot be had otherwise. */
  private void meet() throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!guard.isSpread() && !stop.get()) {
                  guard.leave(guard.enter());
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join(10_000);
    }
    stop.set(true);
    assertThat(guard.isSpread()).as("threads met within ten seconds").isTrue();
  }

  private void assertRefused() {
    assertThatIllegalStateException().isThrownBy(guard::enter).withMessage("closed");
  }

  private record Counting(AtomicInteger told) implements CallGuard.Owner {
    @Override
    public IllegalStateException refusal() {
      return new IllegalStateException("closed");
    }

    @Override
    public void lastCallLeft() {
      told.incrementAndGet();
    }
  }
}
