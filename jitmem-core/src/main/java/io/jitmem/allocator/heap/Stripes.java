package io.jitmem.allocator.heap;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The stripes of a heap, and which of them a thread goes to. Each new thread gets the next stripe,
 * so a program with one thread that makes code has one, and stays there; one that cannot have it
 * for about as long as a section lasts, since its holder has lost its processor, goes on to another
 * for good.
 *
 * <p>Where a thread goes is kept by the lower bits of its number, for there may be millions of
 * them. The table is read and written without order: what is old or lost costs a collision.
 */
final class Stripes implements Iterable<Stripe> {
  private static final int THREAD_SLOTS = 256;

  private final Stripe[] stripes;

  /** By thread its stripe, counted from 1; 0 where no thread has come yet. */
  private final byte[] home = new byte[THREAD_SLOTS];

  private final AtomicInteger next = new AtomicInteger();

  Stripes(Heap heap, HeapOptions options) {
    stripes = new Stripe[options.stripeCount()];
    // A loop, since the first lambda costs a fresh JVM milliseconds.
    for (int index = 0; index < stripes.length; index++) {
      stripes[index] = new Stripe(heap, options, index);
    }
  }

  /** Locks the stripe of this thread, or another one if that is taken. */
  Stripe lockOne() {
    int thread = (int) Thread.currentThread().threadId() & (THREAD_SLOTS - 1);
    int mine = home[thread];
    if (mine > 0) {
      Stripe stripe = stripes[mine - 1];
      if (stripe.tryLock()) {
        return stripe;
      }
    }
    return lockSlowly(thread);
  }

  private Stripe lockSlowly(int thread) {
    if (home[thread] == 0) {
      home[thread] = (byte) ((next.getAndIncrement() & (stripes.length - 1)) + 1);
    }
    int mine = home[thread] - 1;
    return stripes[mine].lockSoon() ? stripes[mine] : moveOn(thread, mine);
  }

  private Stripe moveOn(int thread, int from) {
    for (int i = 1; i < stripes.length; i++) {
      int other = (from + i) & (stripes.length - 1);
      if (stripes[other].tryLock()) {
        home[thread] = (byte) (other + 1);
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
