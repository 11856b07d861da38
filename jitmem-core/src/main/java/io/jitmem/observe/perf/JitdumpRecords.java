package io.jitmem.observe.perf;

import io.jitmem.observe.CodeLine;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a jitdump, version 1, as {@code jitdump-specification.txt} of perf's documentation
 * has them, in the byte order of the CPUs known.
 */
@SuppressWarnings("ByteBufferBackingArray") // all buffers are allocate's, whole
final class JitdumpRecords {
  private static final int MAGIC = 0x4A695444;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 40;
  private static final int PREFIX_BYTES = 16;
  private static final int JIT_CODE_LOAD = 0;
  private static final int JIT_CODE_DEBUG_INFO = 2;
  private static final int JIT_CODE_CLOSE = 3;

  private JitdumpRecords() {}

  static byte[] header(Architecture architecture, long pid, long time) {
    return buffer(HEADER_BYTES)
        .putInt(MAGIC)
        .putInt(VERSION)
        .putInt(HEADER_BYTES)
        .putInt(machine(architecture))
        .putInt(0)
        .putInt((int) pid)
        .putLong(time)
        .putLong(0)
        .array();
  }

  /** The {@code EM_*} of {@code elf.h}. */
  private static int machine(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> 62;
      case AARCH64 -> 183;
      case RISCV64 -> 243;
    };
  }

  /** One function. The process stands for the thread, whose number Java does not tell. */
  static byte[] load(PublishedCode code, CodeSymbol function, long index, long pid, long time) {
    byte[] name = name(function.name());
    int codeBytes = Math.toIntExact(function.byteSize());
    int size = Math.addExact(PREFIX_BYTES + 40 + name.length, codeBytes);
    long address = code.range().address() + function.offset();
    ByteBuffer record =
        record(JIT_CODE_LOAD, size, time)
            .putInt((int) pid)
            .putInt((int) pid)
            .putLong(address)
            .putLong(address)
            .putLong(codeBytes)
            .putLong(index)
            .put(name);
    MemorySegment.copy(
        code.bytes(),
        ValueLayout.JAVA_BYTE,
        function.offset(),
        record.array(),
        record.position(),
        codeBytes);
    return record.array();
  }

  /** The lines of a function, or no bytes if it has none. Comes before its load. */
  static byte[] lines(PublishedCode code, CodeSymbol function, long time) {
    List<CodeLine> own = new ArrayList<>();
    int size = PREFIX_BYTES + 16;
    for (CodeLine line : code.description().lines()) {
      if (line.offset() >= function.offset()
          && line.offset() < function.offset() + function.byteSize()) {
        own.add(line);
        size += 16 + name(line.file()).length;
      }
    }
    return own.isEmpty() ? new byte[0] : lines(code, function, time, own, size);
  }

  private static byte[] lines(
      PublishedCode code, CodeSymbol function, long time, List<CodeLine> lines, int size) {
    long start = code.range().address();
    ByteBuffer record =
        record(JIT_CODE_DEBUG_INFO, size, time)
            .putLong(start + function.offset())
            .putLong(lines.size());
    for (CodeLine line : lines) {
      record.putLong(start + line.offset()).putInt(line.line()).putInt(0).put(name(line.file()));
    }
    return record.array();
  }

  static byte[] close(long time) {
    return record(JIT_CODE_CLOSE, PREFIX_BYTES, time).array();
  }

  private static ByteBuffer record(int id, int size, long time) {
    return buffer(size).putInt(id).putInt(size).putLong(time);
  }

  private static byte[] name(String name) {
    return (NamedRanges.oneLine(name) + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
