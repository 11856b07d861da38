package io.jitmem.linux;

import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The real calls, but for what the kernel says of the CPU; it notes the protections that are asked
 * for and passes them on without the bit of the guard, unless it is told to leave it.
 */
final class ProtectionBinder implements CodeBinder {
  /**
   * After the state of the call, the address and the size, of {@code mmap} and of {@code mprotect}.
   */
  private static final int PROT = 3;

  private final CodeBinder real = new LinuxLinker();
  private final List<Integer> protections = new ArrayList<>();
  private final long hardwareWord;
  private boolean passesOn;

  /** Every word of the auxiliary vector is this. */
  ProtectionBinder(long hardwareWord) {
    this.hardwareWord = hardwareWord;
  }

  ProtectionBinder passingOn() {
    passesOn = true;
    return this;
  }

  /** In the order of the calls. */
  List<Integer> protections() {
    return protections;
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    Optional<MethodHandle> bound = real.bind(function);
    return switch (function.symbol()) {
      case "mmap", "mprotect" -> bound.map(this::noting);
      case "getauxval" ->
          Optional.of(
              MethodHandles.dropArguments(
                  MethodHandles.constant(long.class, hardwareWord), 0, long.class));
      default -> bound;
    };
  }

  private MethodHandle noting(MethodHandle call) {
    try {
      MethodHandle note =
          MethodHandles.lookup().bind(this, "note", MethodType.methodType(int.class, int.class));
      return MethodHandles.filterArguments(call, PROT, note);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no method to note protections", impossible);
    }
  }

  @SuppressWarnings("unused") // called through a method handle
  int note(int protection) {
    protections.add(protection);
    return passesOn ? protection : protection & ~LinuxAbi.PROT_BTI;
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return real.segment(address, byteSize, arena);
  }

  @Override
  public MethodHandle code(long address, FunctionDescriptor descriptor) {
    return real.code(address, descriptor);
  }
}
