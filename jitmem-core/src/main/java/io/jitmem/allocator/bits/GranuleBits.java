package io.jitmem.allocator.bits;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What each granule of a block is, in two bits a granule, {@code used} and {@code stop}:
 *
 * <table>
 *   <caption>The states of a granule</caption>
 *   <tr><th>used</th><th>stop</th><th></th></tr>
 *   <tr><td>0</td><td>0</td><td>free</td></tr>
 *   <tr><td>1</td><td>0</td><td>in a span, not its last granule</td></tr>
 *   <tr><td>1</td><td>1</td><td>the last granule of a span</td></tr>
 *   <tr><td>0</td><td>1</td><td>withheld: nobody's, and not to be had</td></tr>
 * </table>
 *
 * <p>So a granule starts a span exactly if it is used and the one before it is not, or is a stop;
 * no other bookkeeping is needed to tell a span's start from its inside, or to find its end. What
 * is withheld looks like free memory to whoever asks for a span, and like used memory to whoever
 * looks for room: padding, memory that is being filled, in quarantine, or given back to the system.
 *
 * <p>Not thread-safe, but for what says so. A thread that reads without the owner's lock brackets
 * its reads by {@link #version()}: while they were going on nothing has changed if it was even
 * before and is the same afterwards.
 */
abstract sealed class GranuleBits permits GranuleMap, GranuleCopy {
  /** No granule. */
  public static final int NONE = -1;

  /** The words whose bits, of both kinds, fill a cache line. */
  static final int LINE_WORDS = 4;

  /** Free runs shorter than this are known by their whole length when granules become free. */
  public static final int WHOLE_RUN = 2 * Long.SIZE;

  final int granuleCount;

  /** Word {@code w} of {@code used} is at {@code 2w}, of {@code stop} at {@code 2w + 1}. */
  private final long[] bits;

  /**
   * Odd while a change is going on. Plain, and ordered by fences: a volatile write costs more than
   * the change.
   */
  private int version;

  GranuleBits(int granuleCount) {
    if (granuleCount <= 0) {
      throw new IllegalArgumentException("a map of " + granuleCount + " granules");
    }
    this.granuleCount = granuleCount;
    int words = wordOf(granuleCount - 1) + 1;
    bits = new long[2 * ((words + LINE_WORDS - 1) & -LINE_WORDS)];
    closeTail();
  }

  /** A copy of what it is now. */
  GranuleBits(GranuleBits other) {
    granuleCount = other.granuleCount;
    bits = other.bits.clone();
  }

  public final int granuleCount() {
    return granuleCount;
  }

  final int wordCount() {
    return bits.length >> 1;
  }

  /** See the class comment. May be called by any thread. */
  public final int version() {
    int now = version;
    VarHandle.acquireFence();
    return now;
  }

  /**
   * Whether nothing has changed since {@link #version()} gave this. May be called by any thread.
   */
  public final boolean isUnchangedSince(int before) {
    VarHandle.acquireFence();
    return (before & 1) == 0 && version == before;
  }

  /** Whether a span starts at this granule. */
  public final boolean isStart(int granule) {
    return isUsed(granule) && (granule == 0 || !isUsed(granule - 1) || isStop(granule - 1));
  }

  /** Whether a granule belongs to a span. */
  public final boolean isUsed(int granule) {
    return (used(wordOf(granule)) & (1L << granule)) != 0;
  }

  /** Whether a granule can be had. */
  public final boolean isFree(int granule) {
    return (busy(wordOf(granule)) & (1L << granule)) == 0;
  }

  final boolean isStop(int granule) {
    return (stop(wordOf(granule)) & (1L << granule)) != 0;
  }

  /**
   * The number of granules of the span that starts at a granule; anything if it changes meanwhile.
   */
  public final int countAt(int start) {
    int word = wordOf(start);
    long stops = stop(word) & (-1L << start);
    while (stops == 0) {
      if (++word == wordCount()) {
        return 1;
      }
      stops = stop(word);
    }
    return (word << 6) + Long.numberOfTrailingZeros(stops) - start + 1;
  }

  /** The start of the span that a used granule belongs to; anything if it changes meanwhile. */
  public final int startAround(int granule) {
    if (granule == 0) {
      return 0;
    }
    int word = wordOf(granule - 1);
    long boundaries = (~used(word) | stop(word)) & (-1L >>> -granule);
    while (boundaries == 0 && word > 0) {
      word--;
      boundaries = ~used(word) | stop(word);
    }
    return boundaries == 0 ? 0 : (word << 6) + Long.SIZE - Long.numberOfLeadingZeros(boundaries);
  }

  /** Whether all granules of a range can be had. */
  final boolean isFree(int first, int end) {
    int word = wordOf(first);
    int last = wordOf(end - 1);
    long busy = busy(word) & (-1L << first);
    while (word < last) {
      if (busy != 0) {
        return false;
      }
      busy = busy(++word);
    }
    return (busy & (-1L >>> -end)) == 0;
  }

  /** The first free granule from one on, or NONE if there is none below {@code limit}. */
  public final int nextFree(int from, int limit) {
    int word = wordOf(from);
    long free = from < limit ? ~busy(word) & (-1L << from) : 0;
    while (free == 0) {
      if (++word << 6 >= limit) {
        return NONE;
      }
      free = ~busy(word);
    }
    int at = (word << 6) + Long.numberOfTrailingZeros(free);
    return at < limit ? at : NONE;
  }

  /**
   * Whether granules are free and those before and behind are not, so that they are a run by
   * themselves.
   */
  public final boolean isWholeRun(int first, int end) {
    return end <= granuleCount
        && isFree(first, end)
        && (first == 0 || !isFree(first - 1))
        && (end == granuleCount || !isFree(end));
  }

  /** The end of the free granules from one on, or {@code limit} if they reach further. */
  public final int endOfRun(int from, int limit) {
    int word = wordOf(from);
    long busy = busy(word) & (-1L << from);
    while (busy == 0) {
      if (++word << 6 >= limit) {
        return limit;
      }
      busy = busy(word);
    }
    return Math.min(limit, (word << 6) + Long.numberOfTrailingZeros(busy));
  }

  // The two methods below are most of what an allocation and a release do in the bits. They keep
  // fields
  // in local variables, since the compiler reads a field again after every fence.

  /** Makes free granules a span. */
  final void makeSpan(int first, int end) {
    long[] words = bits;
    int at = 2 * wordOf(first);
    int last = 2 * wordOf(end - 1);
    int now = beginChange();
    if (at == last) {
      words[at] |= (-1L << first) & (-1L >>> -end);
    } else {
      words[at] |= -1L << first;
      for (int between = at + 2; between < last; between += 2) {
        words[between] = -1L;
      }
      words[last] |= -1L >>> -end;
    }
    words[last + 1] |= 1L << (end - 1);
    endChange(now);
  }

  /**
   * Makes a span free, or the rest of one, which then ends before.
   *
   * @return as {@link #wholeRun}
   */
  final long unmakeSpan(int first, int end, boolean rest) {
    long[] words = bits;
    int at = 2 * wordOf(first);
    int last = 2 * wordOf(end - 1);
    long belowFirst = ~(-1L << first);
    long fromEnd = (end & 63) == 0 ? 0 : -1L << end;
    int now = beginChange();
    if (rest) {
      stopBefore(first);
    }
    long usedBelow = words[at] & belowFirst;
    long usedBehind = words[last] & fromEnd;
    long stops = words[last + 1] & ~(1L << (end - 1));
    if (at == last) {
      words[at] = usedBelow | usedBehind;
    } else {
      words[at] = usedBelow;
      for (int between = at + 2; between < last; between += 2) {
        words[between] = 0;
      }
      words[last] = usedBehind;
    }
    words[last + 1] = stops;
    endChange(now);
    long below = usedBelow | (words[at + 1] & belowFirst);
    int from = (at << 5) + Long.SIZE - Long.numberOfLeadingZeros(below);
    int to = (last << 5) + Long.numberOfTrailingZeros(usedBehind | (stops & fromEnd));
    return wholeRun(from, to);
  }

  /**
   * The free run that a part of it belongs to, if it is shorter than {@value #WHOLE_RUN} granules;
   * of a longer one at least so many.
   *
   * @param from the first granule of the part, which starts a word or the run
   * @param to the end of the part, which ends a word or the run
   * @return the first granule above, the end in the lower 32 bits
   */
  private long wholeRun(int from, int to) {
    int start = from;
    while ((start & 63) == 0 && start > Math.max(0, from - WHOLE_RUN)) {
      int free = Long.numberOfLeadingZeros(busy(wordOf(start - 1)));
      if (free == 0) {
        break;
      }
      start -= free;
    }
    int end = to;
    while ((end & 63) == 0 && end < Math.min(granuleCount, to + WHOLE_RUN)) {
      int free = Long.numberOfTrailingZeros(busy(wordOf(end)));
      if (free == 0) {
        break;
      }
      end += free;
    }
    return (long) start << 32 | end;
  }

  /** Makes free granules, a span, or the rest of one, which then ends before, withheld granules. */
  final void makeWithheld(int first, int end, boolean rest) {
    int now = beginChange();
    if (rest) {
      stopBefore(first);
    }
    for (int word = wordOf(first); word <= wordOf(end - 1); word++) {
      long mask = mask(word, first, end);
      bits[2 * word] &= ~mask;
      bits[2 * word + 1] |= mask;
    }
    endChange(now);
  }

  /**
   * Makes withheld granules free.
   *
   * @return as {@link #wholeRun}
   */
  final long unmakeWithheld(int first, int end) {
    int now = beginChange();
    for (int word = wordOf(first); word <= wordOf(end - 1); word++) {
      bits[2 * word + 1] &= ~mask(word, first, end);
    }
    endChange(now);
    long below = busy(wordOf(first)) & ~(-1L << first);
    long behind = (end & 63) == 0 ? 0 : busy(wordOf(end)) & (-1L << end);
    return wholeRun(
        (wordOf(first) << 6) + Long.SIZE - Long.numberOfLeadingZeros(below),
        (wordOf(end - 1) << 6) + Long.numberOfTrailingZeros(behind));
  }

  /** Makes every granule free. */
  final void clear() {
    int now = beginChange();
    Arrays.fill(bits, 0);
    closeTail();
    endChange(now);
  }

  final long used(int word) {
    return bits[2 * word];
  }

  final long stop(int word) {
    return bits[2 * word + 1];
  }

  /** The granules of a word that cannot be had. */
  final long busy(int word) {
    return bits[2 * word] | bits[2 * word + 1];
  }

  static int wordOf(int granule) {
    return granule >> 6;
  }

  private void stopBefore(int first) {
    bits[2 * wordOf(first - 1) + 1] |= 1L << (first - 1);
  }

  /** Granules that the block does not have are withheld, so that no run reaches into them. */
  private void closeTail() {
    int partial = wordOf(granuleCount);
    for (int word = partial; word < wordCount(); word++) {
      bits[2 * word + 1] = word == partial ? -1L << granuleCount : -1L;
    }
  }

  private int beginChange() {
    int now = version + 1;
    version = now;
    VarHandle.storeStoreFence();
    return now;
  }

  private void endChange(int now) {
    VarHandle.releaseFence();
    version = now + 1;
  }

  /** The bits of a word that lie in a range which touches it. */
  private static long mask(int word, int first, int end) {
    long lower = word == wordOf(first) ? -1L << first : -1L;
    long upper = word == wordOf(end - 1) ? -1L >>> -end : -1L;
    return lower & upper;
  }
}
