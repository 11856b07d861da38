package io.jitmem.tests.bench;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;

/**
 * What is timed, and nothing else. Each loop is a method of its own that takes what it works on, so
 * that after some hundred calls it is compiled from its start like any method; a loop in the middle
 * of a long method would only ever be replaced on the stack, by code that knows less.
 */
final class TimedLoops {
  private TimedLoops() {}

  /** Allocates the first spans. */
  static void allocate(JitAllocator allocator, Span[] spans, int count, SpanSizes sizes) {
    for (int i = 0; i < count; i++) {
      spans[i] = allocator.allocate(sizes.next());
    }
  }

  /** Releases the first spans in their order. */
  static void release(JitAllocator allocator, Span[] spans, int count) {
    for (int i = 0; i < count; i++) {
      allocator.release(spans[i]);
    }
  }

  /** Releases a random span and allocates another in its place, so many times. */
  static void churn(
      JitAllocator allocator, Span[] spans, int pairs, XorShift random, SpanSizes sizes) {
    for (int i = 0; i < pairs; i++) {
      int k = random.below(spans.length);
      allocator.release(spans[k]);
      spans[k] = allocator.allocate(sizes.next());
    }
  }

  /** Allocates every span, as large as the code. */
  static void allocateEqual(JitAllocator allocator, Span[] spans, byte[] code) {
    for (int i = 0; i < spans.length; i++) {
      spans[i] = allocator.allocate(code.length);
    }
  }

  /** Allocates every span, writes the code to it and publishes it. */
  static void publish(JitAllocator allocator, Span[] spans, byte[] code) {
    for (int i = 0; i < spans.length; i++) {
      Span span = allocator.allocate(code.length);
      allocator.write(span, code);
      spans[i] = span;
    }
  }

  /** The same with one publication for so many spans. */
  static void publishInScopes(JitAllocator allocator, Span[] spans, byte[] code, int perScope) {
    for (int from = 0; from < spans.length; from += perScope) {
      try (WriteScope scope = allocator.writeScope()) {
        int to = Math.min(spans.length, from + perScope);
        for (int i = from; i < to; i++) {
          Span span = allocator.allocate(code.length);
          scope.write(span, code);
          spans[i] = span;
        }
      }
    }
  }
}
