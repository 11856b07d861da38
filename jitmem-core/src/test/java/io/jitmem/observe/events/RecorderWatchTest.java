package io.jitmem.observe.events;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class RecorderWatchTest {
  /** A thread of a system that has none to give; the text is the JVM's. */
  private static final class RefusedThread extends Thread {
    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  @Test
  void an_allocator_is_made_although_no_thread_can_be_started() {
    assertThatCode(() -> RecorderWatch.startWatching(new RefusedThread()))
        .doesNotThrowAnyException();
  }
}
