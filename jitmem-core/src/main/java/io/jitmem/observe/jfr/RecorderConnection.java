package io.jitmem.observe.jfr;

import io.jitmem.observe.events.Events;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Registers the events as soon as Flight Recorder is initialised, which the first recording does.
 */
public final class RecorderConnection implements FlightRecorderListener, Runnable {
  /** A connection that is not made yet. */
  public RecorderConnection() {}

  /** Connects. */
  @Override
  public void run() {
    if (FlightRecorder.isAvailable()) {
      FlightRecorder.addListener(this);
    }
  }

  /** Called by whoever makes the first recording: it is not to fail on account of these events. */
  @Override
  public void recorderInitialized(FlightRecorder recorder) {
    try {
      RecorderEvents.register();
    } catch (Throwable failure) {
      Events.report(failure);
    }
  }
}
