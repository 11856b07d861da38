package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.books.AddressSet;
import io.jitmem.tests.simulated.books.Runs.Run;
import io.jitmem.tests.simulated.books.Text;

/**
 * What instruction fetch may see. A core sees an address as it was flushed last. If it has fetched
 * from there already, and the code has changed since, it may go on with what it had until all cores
 * are synchronised. Not thread-safe.
 */
final class InstructionCache {
  /** Addresses that were flushed and not written since. */
  private final AddressSet flushed = new AddressSet();

  /** Addresses from which a core has fetched since the last synchronisation. */
  private final AddressSet fetched = new AddressSet();

  /** Addresses of which a core may hold old instructions. */
  private final AddressSet stale = new AddressSet();

  void written(long start, long end) {
    flushed.remove(start, end);
  }

  void flush(long start, long end) {
    for (Run<Boolean> changed : flushed.notIn(start, end)) {
      fetched.in(changed.start(), changed.end()).forEach(old -> stale.add(old.start(), old.end()));
    }
    flushed.add(start, end);
  }

  void synchronize() {
    fetched.clear();
    stale.clear();
  }

  /** Nothing is known of addresses that are not mapped any more, or mapped anew. */
  void forget(long start, long end) {
    flushed.remove(start, end);
    fetched.remove(start, end);
    stale.remove(start, end);
  }

  /** Lets a core fetch from a range. */
  void fetch(long start, long end) {
    flushed
        .firstNotIn(start, end)
        .ifPresent(at -> {
          throw new SimulatedFault(
              at,
              "execution at %s: not flushed since it was written or mapped".formatted(Text.of(at)));
        });
    stale
        .firstIn(start, end)
        .ifPresent(at -> {
          throw new SimulatedFault(
              at,
              "execution at %s: flushed, but a core that has executed there before may hold old instructions until synchronizeCores()"
                  .formatted(Text.of(at)));
        });
    fetched.add(start, end);
  }
}
