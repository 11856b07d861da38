package io.jitmem.observe.events;

import org.jspecify.annotations.Nullable;

/** An allocator, as events know it. Thread-safe. */
public interface EventSource {
  /** Its number, unique in this JVM, from 1. */
  long number();

  /** Its name. */
  String name();

  /**
   * What it holds at this moment, without trying anything with the system; null if it is closed.
   * Cost is linear in the number of blocks, and their locks are taken.
   */
  @Nullable HeapFigures sample();
}
