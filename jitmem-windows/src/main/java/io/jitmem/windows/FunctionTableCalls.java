package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The calls on growable function tables, which ntdll has since Windows 8. */
final class FunctionTableCalls {
  private final BoundFunction add;
  private final BoundFunction delete;

  FunctionTableCalls(WindowsBinder binder) {
    add = new BoundFunction(binder, WindowsFunctions.RTL_ADD_GROWABLE_FUNCTION_TABLE);
    delete = new BoundFunction(binder, WindowsFunctions.RTL_DELETE_GROWABLE_FUNCTION_TABLE);
  }

  /** Whether this system has both. */
  boolean exist() {
    return add.exists() && delete.exists();
  }

  /**
   * Adds a table of {@code count} entries, which stay where they are, for addresses from {@code
   * begin} up to {@code end}; what it answers is to be deleted. It answers an NTSTATUS, and leaves
   * no error.
   */
  long add(MemorySegment entries, int count, long begin, long end) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table = arena.allocate(JAVA_LONG);
      int status = (int) add.handle().invokeExact(table, entries, count, count, begin, end);
      if (status != 0) {
        throw failure(
            "RtlAddGrowableFunctionTable(%s, %d, %d, %s, %s)"
                .formatted(
                    BitNames.hex(entries.address()),
                    count,
                    count,
                    BitNames.hex(begin),
                    BitNames.hex(end)),
            status);
      }
      return table.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  void delete(long table) {
    try {
      delete.handle().invokeExact(table);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private static VirtMemException failure(String text, int status) {
    Kind kind =
        switch (status) {
          case WindowsAbi.STATUS_INVALID_PARAMETER -> Kind.INVALID_ARGUMENT;
          case WindowsAbi.STATUS_NO_MEMORY -> Kind.OUT_OF_MEMORY;
          default -> Kind.OTHER;
        };
    return new VirtMemException(
        kind,
        new VirtMemException.Call(text, status, ""),
        "that is NTSTATUS " + BitNames.hex(Integer.toUnsignedLong(status)));
  }
}
