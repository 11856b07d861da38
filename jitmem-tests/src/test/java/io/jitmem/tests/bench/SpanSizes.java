package io.jitmem.tests.bench;

/** The sizes of spans in bytes: 8 to 1,031 by random numbers, or those of a trace, cyclically. */
final class SpanSizes {
  private final XorShift random;
  private final SizeTrace trace;
  private int position;

  SpanSizes(XorShift random, SizeTrace trace) {
    this.random = random;
    this.trace = trace;
  }

  long next() {
    if (trace.count() == 0) {
      return random.next() % 1024 + 8;
    }
    long size = trace.get(position);
    position = position + 1 == trace.count() ? 0 : position + 1;
    return size;
  }
}
