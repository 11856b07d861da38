package io.jitmem.observe.gdb;

import io.jitmem.ffm.NativeAccess;
import io.jitmem.observe.tables.ByteWriter;
import io.jitmem.observe.tables.NativeBytes;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The list of symbol files that gdb reads: {@code struct jit_code_entry} behind {@code
 * __jit_debug_descriptor} of a library that was loaded for it. gdb may stop the process and read
 * the list at any moment, so it holds together after each write. Not thread-safe.
 */
final class DebuggerList {
  /** Offsets in {@code struct jit_descriptor}; its version, at 0, is in the file. */
  private static final long ACTION = 4;

  private static final long RELEVANT = 8;
  private static final long FIRST = 16;

  /** Offsets in {@code struct jit_code_entry}; the symbol file's address and size follow. */
  private static final long NEXT = 0;

  private static final long PREVIOUS = 8;
  private static final long ENTRY_SIZE = 32;

  private static final int JIT_NOACTION = 0;
  private static final int JIT_REGISTER_FN = 1;
  private static final int JIT_UNREGISTER_FN = 2;

  /** An entry and its symbol file, each in memory of its own. */
  record Entry(MemorySegment links, MemorySegment symbolFile) {}

  private final NativeBytes memory = new NativeBytes();
  private final MemorySegment descriptor;
  private final MethodHandle register;

  /** The list of a library, which stays loaded as long as its arena. */
  DebuggerList(String library, Arena arena) {
    SymbolLookup symbols = NativeAccess.library(library, arena);
    long address = symbols.findOrThrow(LibraryFile.DESCRIPTOR).address();
    descriptor = NativeAccess.memory(address, LibraryFile.DESCRIPTOR_SIZE);
    register =
        NativeAccess.handle(symbols.findOrThrow(LibraryFile.REGISTER), FunctionDescriptor.ofVoid());
  }

  /** Puts a symbol file at the head of the list, and tells gdb, if it is there. */
  Entry add(byte[] symbolFile) {
    MemorySegment file = memory.copyOf(symbolFile);
    long first = descriptor.get(ValueLayout.JAVA_LONG, FIRST);
    MemorySegment links = links(first, file);
    VarHandle.releaseFence();
    setPointer(first, PREVIOUS, links.address());
    descriptor.set(ValueLayout.JAVA_LONG, FIRST, links.address());
    tell(JIT_REGISTER_FN, links);
    return new Entry(links, file);
  }

  private MemorySegment links(long next, MemorySegment file) {
    try {
      return memory.copyOf(
          new ByteWriter().u64(next).u64(0).u64(file.address()).u64(file.byteSize()).toArray());
    } catch (OutOfMemoryError noMemory) {
      memory.free(file);
      throw noMemory;
    }
  }

  /** Takes an entry out of the list, tells gdb, and frees it. */
  void remove(Entry entry) {
    long next = entry.links().get(ValueLayout.JAVA_LONG, NEXT);
    long previous = entry.links().get(ValueLayout.JAVA_LONG, PREVIOUS);
    if (previous == 0) {
      descriptor.set(ValueLayout.JAVA_LONG, FIRST, next);
    } else {
      setPointer(previous, NEXT, next);
    }
    setPointer(next, PREVIOUS, previous);
    VarHandle.releaseFence();
    tell(JIT_UNREGISTER_FN, entry.links());
    memory.free(entry.links());
    memory.free(entry.symbolFile());
  }

  private static void setPointer(long entry, long offset, long value) {
    if (entry != 0) {
      NativeAccess.memory(entry, ENTRY_SIZE).set(ValueLayout.JAVA_LONG, offset, value);
    }
  }

  /** A debugger that attaches later looks at the list alone: no action must be left behind. */
  private void tell(int action, MemorySegment entry) {
    descriptor.set(ValueLayout.JAVA_LONG, RELEVANT, entry.address());
    descriptor.set(ValueLayout.JAVA_INT, ACTION, action);
    try {
      register.invokeExact();
    } catch (Throwable unexpected) {
      throw new AssertionError("a C function threw an exception", unexpected);
    }
    descriptor.set(ValueLayout.JAVA_INT, ACTION, JIT_NOACTION);
    descriptor.set(ValueLayout.JAVA_LONG, RELEVANT, 0L);
  }
}
