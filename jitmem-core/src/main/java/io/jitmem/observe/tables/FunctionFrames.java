package io.jitmem.observe.tables;

import io.jitmem.ffm.NativeAccess;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The frames that code brings, cut up by function, for those who show functions one by one, each in
 * a file of its own. What refers to data elsewhere, personalities and their tables, is left out:
 * who only walks the stack has no use for it.
 */
public final class FunctionFrames {
  private static final int DW_EH_PE_PCREL_SDATA4 = 0x1b;
  private static final int DW_EH_PE_DATAREL_SDATA4 = 0x3b;
  private static final int DW_EH_PE_UDATA4 = 0x03;

  /** Bytes of an {@code .eh_frame_hdr} before its table, and of each entry there. */
  private static final int HEADER_BYTES = 12;

  private static final int ENTRY_BYTES = 8;

  /**
   * An {@code .eh_frame} and the {@code .eh_frame_hdr} that follows it.
   *
   * @param bytes both
   * @param headerByteSize how many of them are the latter
   */
  public record Tables(MemorySegment bytes, int headerByteSize) {}

  private final FrameCheck check;

  /** By ascending address. */
  private final List<FunctionRecord> records;

  private FunctionFrames(FrameCheck check, List<FunctionRecord> records) {
    this.check = check;
    this.records = records;
  }

  /**
   * What is described with code.
   *
   * @return empty if no frames are
   * @throws IllegalArgumentException if they are damaged, or of other code
   */
  public static Optional<FunctionFrames> of(PublishedCode code) {
    return code.description().frames().map(where -> read(where, code));
  }

  private static FunctionFrames read(CodeRange where, PublishedCode code) {
    byte[] bytes =
        NativeAccess.memory(where.address(), where.byteSize()).toArray(ValueLayout.JAVA_BYTE);
    FrameCheck check = new FrameCheck(where.address(), bytes, code);
    List<FunctionRecord> records = new ArrayList<>(check.run());
    records.sort(Comparator.comparingLong(FunctionRecord::address));
    return new FunctionFrames(check, records);
  }

  /**
   * The tables of one function, as if they lay a distance behind its first byte.
   *
   * @param function where it is
   * @param distance a multiple of 8 that is not below its size
   * @return empty if nothing is known of it
   */
  public Optional<Tables> of(CodeRange function, long distance) {
    List<FunctionRecord> own = within(function);
    return own.isEmpty()
        ? Optional.empty()
        : Optional.of(new Writer(function.address() + distance).write(own));
  }

  /** A part of a function that is in a record of its own has tables of its own, too. */
  private List<FunctionRecord> within(CodeRange function) {
    int low = 0;
    int high = records.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      boolean before = records.get(middle).address() < function.address();
      low = before ? middle + 1 : low;
      high = before ? high : middle;
    }
    int end = low;
    while (end < records.size() && function.contains(records.get(end).address())) {
      end++;
    }
    return records.subList(low, end);
  }

  /** Writes tables that begin at an address. */
  private final class Writer {
    private final long address;
    private final ByteWriter frames = new ByteWriter();

    Writer(long address) {
      this.address = address;
    }

    Tables write(List<FunctionRecord> own) {
      int[] starts = new int[own.size()];
      CommonRecord last = null;
      int common = 0;
      for (int i = 0; i < starts.length; i++) {
        FunctionRecord record = own.get(i);
        if (!record.common().equals(last)) {
          last = record.common();
          common = frames.byteSize();
          common(last);
        }
        starts[i] = frames.byteSize();
        function(record, common);
      }
      int end = frames.u32(0).byteSize();
      header(own, starts, end);
      return new Tables(
          MemorySegment.ofArray(frames.toArray()), HEADER_BYTES + ENTRY_BYTES * starts.length);
    }

    /** With addresses that are encoded as the header's table wants them. */
    private void common(CommonRecord common) {
      int start = frames.byteSize();
      frames.u32(0).u32(0).u8(common.version());
      frames.text("zR" + common.augmentation().replaceAll("[zRLP]", ""));
      frames.raw(check.bytes(common.registers())).u8(1, DW_EH_PE_PCREL_SDATA4);
      end(start, common.instructions());
    }

    private void function(FunctionRecord record, int common) {
      int start = frames.byteSize();
      frames.u32(0).u32(start + 4 - common);
      frames.u32(record.address() - address - start - 8).u32(record.byteSize()).u8(0);
      end(start, record.instructions());
    }

    /** Ends a record: zeros are instructions that do nothing. */
    private void end(int start, CommonRecord.Part instructions) {
      frames.raw(check.bytes(instructions)).align(8);
      frames.replace32(start, frames.byteSize() - start - 4);
    }

    /** Version 1, encodings, where the frames begin, and each function and its record from here. */
    private void header(List<FunctionRecord> own, int[] starts, int at) {
      frames.u8(1, DW_EH_PE_PCREL_SDATA4, DW_EH_PE_UDATA4, DW_EH_PE_DATAREL_SDATA4);
      frames.u32(-(at + 4)).u32(starts.length);
      for (int i = 0; i < starts.length; i++) {
        frames.u32(own.get(i).address() - address - at).u32(starts[i] - at);
      }
    }
  }
}
