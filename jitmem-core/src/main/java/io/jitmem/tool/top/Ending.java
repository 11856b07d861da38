package io.jitmem.tool.top;

import io.jitmem.tool.command.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When watching ends: after a time, by the key q, or because nobody reads what is written.
 * Thread-safe.
 */
final class Ending {
  private final Terminal terminal;
  private final long nanos;
  private final CountDownLatch asked = new CountDownLatch(1);

  /**
   * An end that has not come.
   *
   * @param nanos when it comes by itself, by {@link System#nanoTime}
   */
  Ending(Terminal terminal, long nanos) {
    this.terminal = terminal;
    this.nanos = nanos;
  }

  /** Ends when a line is read that is q. Without one the reader waits until the process ends. */
  void readKeys() {
    Thread.ofPlatform().daemon().name("jitmem top: keys").start(this::read);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.strip().equalsIgnoreCase("q")) {
        line = lines.readLine();
      }
      if (line != null) {
        ask();
      }
    } catch (IOException unreadable) {
      // A terminal that has gone sends a signal as well.
      ask();
    }
  }

  /** Ends now. */
  void ask() {
    asked.countDown();
  }

  /** Whether the end has come. */
  boolean hasCome() {
    return asked.getCount() == 0 || System.nanoTime() - nanos >= 0 || terminal.out().checkError();
  }

  /** Whether somebody wanted the end; cheap. */
  boolean wasAsked() {
    return asked.getCount() == 0;
  }

  /** A moment, or that of the end if that is earlier. */
  long atMost(long moment) {
    return moment - nanos < 0 ? moment : nanos;
  }

  /** Waits for the end. */
  void await() {
    await(nanos);
  }

  /** Waits for a moment, or until somebody wants the end. */
  void await(long moment) {
    try {
      boolean _ = asked.await(moment - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      ask();
    }
  }
}
