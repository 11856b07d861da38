package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.nativecall.Undo;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes every thread of this process pass through the kernel, from which a core returns by an
 * instruction that discards what it fetched before. For that each thread is asked for its registers
 * ({@code mach/thread_state.h}, macOS 10.14): to answer, the kernel stops it. .NET's run time
 * synchronises cores on macOS by the same calls.
 */
final class ThreadCalls {
  static final NativeFunction TASK_THREADS =
      NativeFunction.of("task_threads", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS))
          .withoutErrno();

  static final NativeFunction THREAD_GET_REGISTER_POINTER_VALUES =
      NativeFunction.of(
              "thread_get_register_pointer_values",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS))
          .withoutErrno();

  static final NativeFunction MACH_PORT_DEALLOCATE =
      NativeFunction.of("mach_port_deallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT))
          .withoutErrno();

  static final NativeFunction MACH_VM_DEALLOCATE =
      NativeFunction.of(
              "mach_vm_deallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG))
          .withoutErrno();

  static final List<NativeFunction> FUNCTIONS =
      List.of(
          TASK_THREADS,
          THREAD_GET_REGISTER_POINTER_VALUES,
          MACH_PORT_DEALLOCATE,
          MACH_VM_DEALLOCATE);

  /** More than either CPU has. */
  private static final int REGISTERS = 128;

  private final MacosBinder binder;
  private final MachCalls mach;
  private final BoundFunction taskThreads;
  private final BoundFunction registers;
  private final BoundFunction deallocatePort;
  private final BoundFunction deallocate;

  ThreadCalls(MacosBinder binder, MachCalls mach) {
    this.binder = binder;
    this.mach = mach;
    taskThreads = new BoundFunction(binder, TASK_THREADS);
    registers = new BoundFunction(binder, THREAD_GET_REGISTER_POINTER_VALUES);
    deallocatePort = new BoundFunction(binder, MACH_PORT_DEALLOCATE);
    deallocate = new BoundFunction(binder, MACH_VM_DEALLOCATE);
  }

  /**
   * Does it; the ports of the threads that the kernel has given are given back whatever happens.
   */
  void passThroughKernel() {
    try (Arena arena = Arena.ofConfined()) {
      int self = mach.self();
      MemorySegment list = arena.allocate(JAVA_LONG);
      MemorySegment count = arena.allocate(JAVA_INT);
      requireSuccess("task_threads(self)", taskThreads(self, list, count));
      int threads = count.get(JAVA_INT, 0);
      long byteSize = (long) threads * Integer.BYTES;
      long address = list.get(JAVA_LONG, 0);
      RuntimeException failure = null;
      MemorySegment ports = binder.segment(address, byteSize, Arena.global());
      for (int i = 0; i < threads; i++) {
        int port = ports.getAtIndex(JAVA_INT, i);
        failure = after(failure, () -> ask(arena, port));
        failure = after(failure, () -> deallocatePort(self, port));
      }
      failure = after(failure, () -> deallocate(self, address, byteSize));
      if (failure != null) {
        throw failure;
      }
    }
  }

  private static @Nullable RuntimeException after(
      @Nullable RuntimeException failure, Runnable step) {
    if (failure != null) {
      Undo.after(failure, step);
      return failure;
    }
    try {
      step.run();
      return null;
    } catch (RuntimeException failed) {
      return failed;
    }
  }

  private int taskThreads(int self, MemorySegment list, MemorySegment count) {
    try {
      return (int) taskThreads.handle().invokeExact(self, list, count);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** A thread that has ended meanwhile fetches nothing any more. */
  private void ask(Arena arena, int port) {
    MemorySegment stackPointer = arena.allocate(JAVA_LONG);
    MemorySegment count = arena.allocateFrom(JAVA_LONG, REGISTERS);
    MemorySegment values = arena.allocate(JAVA_LONG, REGISTERS);
    try {
      int result = (int) registers.handle().invokeExact(port, stackPointer, count, values);
      switch (result) {
        case Mach.KERN_TERMINATED, Mach.KERN_INVALID_ARGUMENT, Mach.MACH_SEND_INVALID_DEST -> {}
        default ->
            requireSuccess("thread_get_register_pointer_values(0x%x)".formatted(port), result);
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private void deallocatePort(int self, int port) {
    try {
      int result = (int) deallocatePort.handle().invokeExact(self, port);
      requireSuccess("mach_port_deallocate(self, 0x%x)".formatted(port), result);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private void deallocate(int self, long address, long byteSize) {
    try {
      int result = (int) deallocate.handle().invokeExact(self, address, byteSize);
      requireSuccess("mach_vm_deallocate(self, 0x%x, %d)".formatted(address, byteSize), result);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private static void requireSuccess(String text, int result) {
    if (result != Mach.KERN_SUCCESS) {
      throw Mach.failure(text, result);
    }
  }
}
