package io.jitmem.allocator.heap;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * The stripes of a heap, and which of them a thread goes to. All threads start at the first; one
 * that finds its stripe taken moves on to another and stays there, so threads that never meet share
 * the memory of one stripe, and those that do part.
 *
 * <p>Where a thread goes is kept by the lower bits of its number, for there may be millions of
 * them. The table is read and written without order: what is old or lost costs a collision.
 */
final class Stripes implements Iterable<Stripe> {
  private static final int THREAD_SLOTS = 256;

  private final Stripe[] stripes;
  private final byte[] home = new byte[THREAD_SLOTS];

  Stripes(Heap heap, HeapOptions options) {
    stripes = new Stripe[options.stripeCount()];
    Arrays.setAll(stripes, index -> new Stripe(heap, options, index));
  }

  /** Locks the stripe of this thread, or another one if that is taken at this moment. */
  Stripe lockOne() {
    int thread = (int) Thread.currentThread().threadId() & (THREAD_SLOTS - 1);
    Stripe stripe = stripes[home[thread]];
    return stripe.tryLock() ? stripe : moveOn(thread);
  }

  private Stripe moveOn(int thread) {
    int from = home[thread];
    for (int i = 1; i < stripes.length; i++) {
      int other = (from + i) & (stripes.length - 1);
      if (stripes[other].tryLock()) {
        home[thread] = (byte) other;
        return stripes[other];
      }
    }
    stripes[from].lock();
    return stripes[from];
  }

  @Override
  public Iterator<Stripe> iterator() {
    return List.of(stripes).iterator();
  }
}
