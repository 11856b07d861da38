package io.jitmem.observe.events;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Connects to Flight Recorder when the program has come to use it, without loading anything of
 * {@code jdk.jfr} in a program that does not, before that has had its first results: as long as the
 * JVM has loaded no class of the recorder's package, nobody records. {@link Package#getPackage}
 * tells that in microseconds.
 *
 * <p>It is asked for the first allocator, whenever a block is mapped or unmapped or a request is
 * refused, and by a thread for the first five seconds. Then that thread connects in any case, to be
 * called by the recorder itself from then on, and ends.
 */
final class RecorderWatch extends Thread {
  private static final String RECORDER = "jdk.jfr";

  /** By name, since nothing of it is to be loaded before. */
  private static final String CONNECTION = "io.jitmem.observe.jfr.RecorderConnection";

  private static final int LOOKS = 50;
  private static final long NANOSECONDS_BETWEEN = 100_000_000;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final AtomicBoolean CONNECTED = new AtomicBoolean();

  private RecorderWatch() {
    super(null, null, "jitmem-recorder-watch", 0, false);
    setDaemon(true);
  }

  /** Begins to watch, unless that was done or there is no recorder. */
  static void begin() {
    if (BEGUN.compareAndSet(false, true)) {
      if (!isThere()) {
        CONNECTED.set(true);
        return;
      }
      look();
      if (!CONNECTED.get()) {
        startWatching(new RecorderWatch());
      }
    }
  }

  /** An allocator is not refused because the system has no thread to give. */
  static void startWatching(Thread watch) {
    try {
      watch.start();
    } catch (OutOfMemoryError noThread) {
      // Then it is looked when blocks are mapped and requests refused, and not in between.
    }
  }

  private static boolean isThere() {
    Optional<Module> recorder = ModuleLayer.boot().findModule(RECORDER);
    return recorder.isPresent() && RecorderWatch.class.getModule().canRead(recorder.get());
  }

  /** Connects if the program has come to use the recorder. */
  static void look() {
    if (!CONNECTED.get() && isUsed()) {
      connect();
    }
  }

  /** Deprecated, since two packages of one name cannot be told apart; here one is enough. */
  @SuppressWarnings("deprecation")
  private static boolean isUsed() {
    return Package.getPackage(RECORDER) != null;
  }

  private static void connect() {
    if (CONNECTED.compareAndSet(false, true)) {
      try {
        Object connection = Class.forName(CONNECTION).getDeclaredConstructor().newInstance();
        ((Runnable) connection).run();
      } catch (Throwable failure) {
        Events.report(failure);
      }
    }
  }

  /** Not by sleep, which loads two classes more. An interrupt makes it connect early. */
  @Override
  public void run() {
    for (int i = 0; i < LOOKS && !CONNECTED.get(); i++) {
      LockSupport.parkNanos(NANOSECONDS_BETWEEN);
      look();
    }
    connect();
  }
}
