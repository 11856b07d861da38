package com.example.arena.proof;

import com.example.arena.ArenaVirtMem;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** An allocator on the backend: as it is found, and as it is passed in. */
public final class Demo {
  private Demo() {}

  /**
   * Prints what an allocator wrote.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    print("found", VirtMem.host());
    print("by hand", new ArenaVirtMem());
  }

  private static void print(String how, VirtMem memory) {
    byte[] code = HexFormat.of().parseHex("8d0437c3");
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      Span span = allocator.allocate(code.length);
      allocator.write(span, code);
      byte[] read = span.entry().toArray(ValueLayout.JAVA_BYTE);
      String start = HexFormat.of().formatHex(read, 0, code.length);
      System.out.println(memory.name() + ", " + how + ": " + start);
    }
  }
}
