package io.jitmem.tests;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.observe.events.EventSink;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Events;
import io.jitmem.observe.events.Refused;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/** A program that may be recorded, in a JVM of its own. */
@SuppressWarnings("restricted")
final class FlightRecorderChild {
  private FlightRecorderChild() {}

  /** Does what the first argument says. */
  public static void main(String[] arguments) throws Throwable {
    switch (arguments[0]) {
      case "first" -> first();
      case "wait" -> waitAndUse(true);
      case "look" -> waitAndUse(false);
      case "fail" -> fail();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** The result of code, and how many milliseconds it took. */
  private static void first() throws Throwable {
    long start = System.nanoTime();
    JitAllocator allocator = JitAllocator.create();
    Span span = allocator.allocate(SampleCode.ADD.length);
    allocator.write(span, SampleCode.ADD);
    int sum = call(span);
    System.out.println(sum + " " + (System.nanoTime() - start) / 1_000_000);
  }

  private static int call(Span span) throws Throwable {
    FunctionDescriptor add =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    return (int) Linker.nativeLinker().downcallHandle(span.entry(), add).invokeExact(40, 2);
  }

  /** Makes an allocator, waits for a line of input, and uses it. */
  private static void waitAndUse(boolean withFirstBlock) throws IOException {
    JitAllocator allocator = JitAllocator.builder().name("late").limit(1 << 20).build();
    Span before = withFirstBlock ? allocator.allocate(100) : null;
    System.out.println("ready");
    int newline = System.in.read();
    Span span = allocator.allocate(1000);
    allocator.write(span, SampleCode.ADD);
    try {
      allocator.allocate(2 << 20);
      throw new IllegalStateException("more than the limit");
    } catch (CapacityException expected) {
      System.out.println(expected.getMessage());
    }
    if (before != null) {
      allocator.release(before);
    }
    System.out.println(newline + " " + allocator.statistics().usedBytes());
  }

  /** Everything that is told fails, at its beginning or at its end. */
  private static void fail() throws Throwable {
    Events.install(failing(true));
    use();
    Events.install(failing(false));
    use();
    System.out.println("unharmed");
  }

  private static void use() throws Throwable {
    try (JitAllocator allocator = JitAllocator.builder().limit(1 << 20).build()) {
      Span span = allocator.allocate(100);
      allocator.write(span, SampleCode.ADD);
      System.out.println(call(span));
      try {
        allocator.allocate(2 << 20);
      } catch (CapacityException expected) {
        System.out.println("refused");
      }
      allocator.release(span);
      allocator.verify();
      if (allocator.statistics().spanCount() != 0) {
        throw new IllegalStateException("not released");
      }
    }
  }

  private static EventSink failing(boolean atOnce) {
    return new EventSink() {
      @Override
      public SpanTiming allocating() {
        failIf(atOnce);
        return (source, address, byteSize, granularity) -> failIf(true);
      }

      @Override
      public SpanTiming releasing() {
        return allocating();
      }

      @Override
      public BlockTiming reserving() {
        failIf(atOnce);
        return (source, block) -> failIf(true);
      }

      @Override
      public BlockTiming unmapping() {
        return reserving();
      }

      @Override
      public PublicationTiming publishing() {
        failIf(atOnce);
        return (source, publication) -> failIf(true);
      }

      @Override
      public void refused(EventSource source, Refused refused) {
        failIf(true);
      }

      @Override
      public void pressed(EventSource source, String cause) {
        failIf(true);
      }
    };
  }

  private static void failIf(boolean wanted) {
    if (wanted) {
      throw new StackOverflowError("planted");
    }
  }
}
