package io.jitmem.tests;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.perf.PerfSettings;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Spins in functions that perf is to name: six parts, three, one, and two in the same memory. */
final class PerfChild {
  /** Counts its argument down: {@code mov rax, rdi; 1: dec rax; jnz 1b; ret}. */
  private static final byte[] SPIN = {
    0x48, (byte) 0x89, (byte) 0xF8, 0x48, (byte) 0xFF, (byte) 0xC8, 0x75, (byte) 0xFB, (byte) 0xC3
  };

  private static final long PART = 250_000_000;

  private PerfChild() {}

  /** Prints the addresses of the last two functions, which are the same. */
  public static void main(String[] arguments) throws Throwable {
    CodeListener listener = PerfSettings.open().orElseThrow();
    try (JitAllocator allocator = JitAllocator.create()) {
      spin(add(allocator, listener, "generated_six"), 6 * PART);
      spin(add(allocator, listener, "generated_three"), 3 * PART);
      spin(add(allocator, listener, "generated_\u00fcne"), PART);
      Span early = add(allocator, listener, "generated_early");
      spin(early, 2 * PART);
      long address = early.address();
      allocator.release(early);
      Span late = add(allocator, listener, "generated_late");
      spin(late, 4 * PART);
      System.out.printf("reused %b%n", late.address() == address);
    }
  }

  private static Span add(JitAllocator allocator, CodeListener listener, String name) {
    Span span = allocator.allocate(SPIN.length);
    allocator.write(span, SPIN);
    listener.published(
        new PublishedCode(
            new CodeRange(span.address(), SPIN.length),
            MemorySegment.ofArray(SPIN),
            Architecture.X86_64,
            CodeDescription.of(name)));
    return span;
  }

  @SuppressWarnings("restricted")
  private static void spin(Span span, long count) throws Throwable {
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                MemorySegment.ofAddress(span.address()),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    long left = (long) handle.invokeExact(count);
    if (left != 0) {
      throw new IllegalStateException("counted down to " + left);
    }
  }
}
