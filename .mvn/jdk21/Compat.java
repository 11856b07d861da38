package jdk21;

import java.io.Console;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;

/** What Java 21 lacks, by what it has: see .mvn/Retarget21.java. */
public final class Compat {
  private Compat() {}

  /** Version 21 has a console only where there is a terminal. */
  public static boolean isTerminal(Console console) {
    return true;
  }

  public static MemorySegment allocate(Arena arena, MemoryLayout layout, long count) {
    return arena.allocate(layout.byteSize() * count, layout.byteAlignment());
  }

  public static MemorySegment allocateFrom(Arena arena, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    MemorySegment string = arena.allocate(bytes.length + 1L, 1);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, string, 0, bytes.length);
    return string;
  }

  public static String getString(MemorySegment memory, long offset) {
    long end = offset;
    while (memory.get(java.lang.foreign.ValueLayout.JAVA_BYTE, end) != 0) {
      end++;
    }
    return new String(memory.asSlice(offset, end - offset).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  public static MemorySegment findOrThrow(SymbolLookup lookup, String name) {
    return lookup.find(name).orElseThrow(() -> new NoSuchElementException("Symbol not found: " + name));
  }
}
