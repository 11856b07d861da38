package io.jitmem.observe.unwind;

import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.Frames;
import io.jitmem.observe.tables.NativeBytes;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** gcc's unwinder, which is given an {@code .eh_frame}: the code's own where it is, or a copy. */
final class FrameUnwinder implements Unwinder {
  private final FrameRegistry registry = new FrameRegistry();
  private final NativeBytes memory = new NativeBytes();

  @Override
  public Optional<Registration> register(PublishedCode code) {
    return Frames.of(code).map(this::register);
  }

  private Registration register(Frames frames) {
    if (frames.isInPlace()) {
      MemorySegment at = MemorySegment.ofAddress(frames.address());
      registry.register(at);
      return () -> registry.deregister(at);
    }
    MemorySegment copy = memory.copyOf(frames.toArray());
    registry.register(copy);
    return () -> {
      registry.deregister(copy);
      memory.free(copy);
    };
  }
}
