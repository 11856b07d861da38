package io.jitmem.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;

/**
 * {@code CPUID} and {@code XGETBV} by machine code in executable memory of an allocator.
 *
 * <p>The code has to do with two conventions of calling, of which one passes the first four
 * arguments in RDI, RSI, RDX, RCX and the other in RCX, RDX, R8, R9. So it is called as {@code
 * f(what, out, out, what)} and finds what to ask for in RCX, with the leaf in the lower half and
 * the subleaf in the upper one, and where to put the words in RDX by both. It changes no register
 * that either wants kept.
 */
final class CpuidCode implements CpuidSource, AutoCloseable {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);

  private static final byte[] CPUID =
      HexFormat.of()
          .parseHex(
              "f30f1efa" // endbr64
                  + "53" // push rbx
                  + "4989d0" // mov r8, rdx
                  + "89c8" // mov eax, ecx
                  + "48c1e920" // shr rcx, 32
                  + "0fa2" // cpuid
                  + "418900" // mov [r8], eax
                  + "41895804" // mov [r8 + 4], ebx
                  + "41894808" // mov [r8 + 8], ecx
                  + "4189500c" // mov [r8 + 12], edx
                  + "5b" // pop rbx
                  + "c3"); // ret

  private static final byte[] XGETBV =
      HexFormat.of()
          .parseHex(
              "f30f1efa" // endbr64
                  + "4989d0" // mov r8, rdx
                  + "0f01d0" // xgetbv
                  + "418900" // mov [r8], eax
                  + "41895004" // mov [r8 + 4], edx
                  + "c3"); // ret

  private final JitAllocator allocator;
  private final MethodHandle cpuid;
  private final MethodHandle xgetbv;

  /** Puts the code into memory of an allocator, which is closed with it. */
  CpuidCode(JitAllocator allocator) {
    this.allocator = allocator;
    try {
      cpuid = bind(CPUID);
      xgetbv = bind(XGETBV);
    } catch (RuntimeException failure) {
      allocator.close();
      throw failure;
    }
  }

  private MethodHandle bind(byte[] code) {
    Span span = allocator.allocate(code.length);
    allocator.write(span, code);
    return NativeAccess.handle(MemorySegment.ofAddress(span.address()), TYPE);
  }

  @Override
  public int[] cpuid(int leaf, int subleaf) {
    return call(cpuid, (long) subleaf << 32 | Integer.toUnsignedLong(leaf));
  }

  @Override
  public long xcr0() {
    int[] halves = call(xgetbv, 0);
    return (long) halves[1] << 32 | Integer.toUnsignedLong(halves[0]);
  }

  private static int[] call(MethodHandle handle, long what) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT, 4);
      handle.invokeExact(what, out, out, what);
      return out.toArray(JAVA_INT);
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Override
  public void close() {
    allocator.close();
  }
}
