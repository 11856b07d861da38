package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.spi.FunctionTables;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Growable function tables, one for each piece of code, which do not grow. Their entries are kept
 * in pages of their own, since Windows reads them whenever it unwinds.
 */
final class GrowableTables implements FunctionTables {
  private final WindowsBinder binder;
  private final MemoryCalls memory;
  private final FunctionTableCalls calls;
  private final Architecture cpu;

  GrowableTables(WindowsBinder binder, MemoryCalls memory, Architecture cpu) {
    this.binder = binder;
    this.memory = memory;
    this.cpu = cpu;
    calls = new FunctionTableCalls(binder);
  }

  @Override
  public void requireFunctionTables() {
    if (cpu != Architecture.X86_64) {
      throw new UnsupportedOperationException(
          "Windows' function tables have another form on " + cpu + ", which is not written here");
    }
    if (!calls.exist()) {
      throw new UnsupportedOperationException(
          "ntdll has no RtlAddGrowableFunctionTable: it came with Windows 8");
    }
  }

  @Override
  public Table add(MemorySegment region, List<Function> functions) {
    requireInside(region, functions);
    requireFunctionTables();
    long entries =
        memory.virtualAlloc(
            0,
            functions.size() * WindowsAbi.RUNTIME_FUNCTION__sizeof,
            WindowsAbi.MEM_RESERVE | WindowsAbi.MEM_COMMIT,
            WindowsAbi.PAGE_READWRITE);
    try {
      write(functions, entries);
      long begin = region.address();
      long table =
          calls.add(
              MemorySegment.ofAddress(entries), functions.size(), begin, begin + region.byteSize());
      return closing(table, entries);
    } catch (Throwable refused) {
      free(entries, refused);
      throw refused;
    }
  }

  private static void requireInside(MemorySegment region, List<Function> functions) {
    if (!region.isNative() || region.byteSize() > 0xffff_ffffL) {
      throw new IllegalArgumentException(
          region + " is not native memory of at most 2^32-1 bytes, which a table can describe");
    }
    if (functions.isEmpty()) {
      throw new IllegalArgumentException("a table needs a function");
    }
    long end = 0;
    for (Function function : functions) {
      if (function.begin() < end || function.end() > region.byteSize()) {
        throw new IllegalArgumentException(
            "%s is not between offset %d, where the one before ends, and %d, where the code ends"
                .formatted(function, end, region.byteSize()));
      }
      end = function.end();
    }
  }

  /** Writes the entries to memory of their own. */
  private void write(List<Function> functions, long address) {
    long byteSize = functions.size() * WindowsAbi.RUNTIME_FUNCTION__sizeof;
    // Not an arena's that can be closed: to end it would ask every thread of the JVM.
    MemorySegment entries = binder.segment(address, byteSize, Arena.global());
    long at = 0;
    for (Function function : functions) {
      entries.set(
          JAVA_INT, at + WindowsAbi.RUNTIME_FUNCTION__off__BeginAddress, (int) function.begin());
      entries.set(
          JAVA_INT, at + WindowsAbi.RUNTIME_FUNCTION__off__EndAddress, (int) function.end());
      entries.set(
          JAVA_INT, at + WindowsAbi.RUNTIME_FUNCTION__off__UnwindData, (int) function.unwind());
      at += WindowsAbi.RUNTIME_FUNCTION__sizeof;
    }
  }

  private Table closing(long table, long entries) {
    AtomicBoolean closed = new AtomicBoolean();
    return () -> {
      if (closed.getAndSet(true)) {
        throw new IllegalStateException("the function table was closed before");
      }
      calls.delete(table);
      memory.virtualFree(entries, 0, WindowsAbi.MEM_RELEASE);
    };
  }

  private void free(long entries, Throwable refused) {
    try {
      memory.virtualFree(entries, 0, WindowsAbi.MEM_RELEASE);
    } catch (RuntimeException notFreed) {
      refused.addSuppressed(notFreed);
    }
  }
}
