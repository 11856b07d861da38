package io.jitmem.observe.tables;

import io.jitmem.ffm.NativeAccess;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** How to leave the functions of some code: an {@code .eh_frame} that was checked. */
public final class Frames {
  private final long address;
  private final byte[] bytes;

  private Frames(long address, byte[] bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * What is described with code, or else is made of it.
   *
   * @return empty if there is nothing to say: no frames, and no function with a frame pointer
   * @throws IllegalArgumentException if the described frames are damaged, or of other code, or a
   *     symbol is not in the code
   */
  public static Optional<Frames> of(PublishedCode code) {
    Optional<CodeRange> described = code.description().frames();
    Frames frames =
        described.isPresent() ? read(described.get(), code) : new Frames(0, FrameMaker.make(code));
    return frames.bytes.length == 0 ? Optional.empty() : Optional.of(frames);
  }

  private static Frames read(CodeRange where, PublishedCode code) {
    byte[] bytes =
        NativeAccess.memory(where.address(), where.byteSize()).toArray(ValueLayout.JAVA_BYTE);
    FrameCheck check = new FrameCheck(where.address(), bytes, code);
    return new Frames(where.address(), check.run().isEmpty() ? new byte[0] : bytes);
  }

  /** Whether they are the code's own, used where they are. */
  public boolean isInPlace() {
    return address != 0;
  }

  /** Where the code's own are, to which distances are relative; 0 of what was made. */
  public long address() {
    return address;
  }

  /** What they consist of, up to and with the zero that ends them. */
  public byte[] toArray() {
    return bytes.clone();
  }
}
