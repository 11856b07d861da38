package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.gdb.GdbJitInterface;
import io.jitmem.virtmem.Platform;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Sits in {@code pause}, which generated code has called, with other code beside it. At the first
 * line of its input the other code goes; at the end of the input it ends.
 */
@SuppressWarnings("restricted")
final class GdbChild {
  private static final int CALLEE = 0;
  private static final int INNER = 1;
  private static final int INNER_OFFSET = 64;

  private GdbChild() {}

  static void main() throws Exception {
    JitAllocator allocator = JitAllocator.create();
    GdbJitInterface gdb = GdbJitInterface.open();
    Span waiting = place(allocator, twoFunctions());
    gdb.published(code(waiting, waitingDescription()));
    Span other = place(allocator, SampleCode.framedCallOfArgument(CALLEE));
    gdb.published(code(other, CodeDescription.of("jitmem_other")));
    startWaiting(waiting.address());
    System.out.println(Long.toHexString(other.address()));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    input.readLine();
    gdb.released(new CodeRange(other.address(), other.byteSize()));
    allocator.release(other);
    System.out.println("released");
    input.readLine();
    // The thread in the code does not return: memory stays, but the library's file goes.
    gdb.close();
    Runtime.getRuntime().halt(0);
  }

  private static byte[] twoFunctions() {
    byte[] both =
        SampleCode.padded(SampleCode.framedCallOfArgument(INNER), INNER_OFFSET + INNER_OFFSET);
    byte[] inner = SampleCode.framedCallOfArgument(CALLEE);
    System.arraycopy(inner, 0, both, INNER_OFFSET, inner.length);
    return both;
  }

  private static CodeDescription waitingDescription() {
    return new CodeDescription(
        "waiting",
        List.of(
            new CodeSymbol("jitmem_inner", INNER_OFFSET, 0),
            new CodeSymbol("jitmem::outer(größe)", 0, INNER_OFFSET)),
        List.of(),
        Optional.empty());
  }

  private static Span place(JitAllocator allocator, byte[] code) {
    Span span = allocator.allocate(code.length);
    allocator.write(span, 0, MemorySegment.ofArray(code));
    return span;
  }

  private static PublishedCode code(Span span, CodeDescription description) {
    MemorySegment bytes = MemorySegment.ofAddress(span.address()).reinterpret(span.byteSize());
    return new PublishedCode(
        new CodeRange(span.address(), span.byteSize()),
        bytes,
        Platform.current().architecture().orElseThrow(),
        description);
  }

  private static void startWaiting(long outer) {
    Linker linker = Linker.nativeLinker();
    MemorySegment pause = linker.defaultLookup().findOrThrow("pause");
    var handle =
        linker.downcallHandle(
            MemorySegment.ofAddress(outer), FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            handle.invokeExact(pause, MemorySegment.ofAddress(outer + INNER_OFFSET));
          } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
          }
        });
  }
}
