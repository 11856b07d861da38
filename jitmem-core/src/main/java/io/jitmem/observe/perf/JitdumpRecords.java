package io.jitmem.observe.perf;

import io.jitmem.observe.CodeLine;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.FunctionFrames;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one function in a jitdump, version 1, as {@code jitdump-specification.txt} and
 * {@code jitdump.h} of perf have them, in the byte order of the CPUs known.
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
  private static final int JIT_CODE_UNWINDING_INFO = 4;
  private static final byte[] NOTHING = {};

  private final PublishedCode code;
  private final CodeSymbol function;
  private final long address;

  JitdumpRecords(PublishedCode code, CodeSymbol function) {
    this.code = code;
    this.function = function;
    address = code.range().address() + function.offset();
  }

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

  static byte[] close(long time) {
    return record(JIT_CODE_CLOSE, PREFIX_BYTES, time).array();
  }

  /** All that is known of the function; perf wants its load to be the last. */
  byte[] of(@Nullable FunctionFrames frames, long index, long pid, long time) {
    byte[] load = load(index, pid, time);
    byte[] lines = lines(time);
    byte[] unwinding = frames == null ? NOTHING : unwinding(frames, time);
    int before = lines.length + unwinding.length;
    return before == 0
        ? load
        : buffer(size(before, load.length)).put(lines).put(unwinding).put(load).array();
  }

  /** The process stands for the thread, whose number Java does not tell. */
  private byte[] load(long index, long pid, long time) {
    byte[] name = name(function.name());
    int codeBytes = size(0, function.byteSize());
    ByteBuffer record =
        record(JIT_CODE_LOAD, size(PREFIX_BYTES + 40 + name.length, codeBytes), time)
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

  private byte[] lines(long time) {
    List<CodeLine> own = new ArrayList<>();
    int size = PREFIX_BYTES + 16;
    for (CodeLine line : code.description().lines()) {
      if (line.offset() >= function.offset()
          && line.offset() < function.offset() + function.byteSize()) {
        own.add(line);
        size = size(size, 16 + name(line.file()).length);
      }
    }
    return own.isEmpty() ? NOTHING : lines(own, size, time);
  }

  private byte[] lines(List<CodeLine> lines, int size, long time) {
    long start = code.range().address();
    ByteBuffer record =
        record(JIT_CODE_DEBUG_INFO, size, time).putLong(address).putLong(lines.size());
    for (CodeLine line : lines) {
      record.putLong(start + line.offset()).putInt(line.line()).putInt(0).put(name(line.file()));
    }
    return record.array();
  }

  /**
   * perf writes the tables behind the code in the file that it makes, at the next multiple of 8.
   * They are not there in memory, where other code may be: so nothing of them is mapped.
   */
  private byte[] unwinding(FunctionFrames frames, long time) {
    CodeRange range = new CodeRange(address, function.byteSize());
    return frames
        .of(range, align(function.byteSize()))
        .map(tables -> unwinding(tables, time))
        .orElse(NOTHING);
  }

  private static byte[] unwinding(FunctionFrames.Tables tables, long time) {
    long byteSize = tables.bytes().byteSize();
    return record(JIT_CODE_UNWINDING_INFO, size(PREFIX_BYTES + 24, align(byteSize)), time)
        .putLong(byteSize)
        .putLong(tables.headerByteSize())
        .putLong(0)
        .put(tables.bytes().asByteBuffer())
        .array();
  }

  private static long align(long byteSize) {
    return (byteSize + 7) & -8;
  }

  /** perf counts in 32 bits. */
  private static int size(int byteSize, long more) {
    if (more > Integer.MAX_VALUE - byteSize) {
      throw new IllegalArgumentException(
          "a function of a jitdump has less than 2 GiB with all that is known of it, not "
              + (byteSize + more));
    }
    return (int) (byteSize + more);
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
