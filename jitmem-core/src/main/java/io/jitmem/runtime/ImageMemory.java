package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.data.DataMemory;
import io.jitmem.allocator.data.DataSpan;
import io.jitmem.virtmem.VirtMemException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The memory of what was linked as one. Each part is there if something is in it.
 *
 * @param code the instructions and the address table
 * @param readOnly the constants
 * @param writable the variables
 */
record ImageMemory(
    Owners owners, @Nullable Span code, @Nullable DataSpan readOnly, @Nullable DataSpan writable)
    implements CodeMemory {
  /** Whose the parts are. */
  record Owners(JitAllocator allocator, DataMemory data) {}

  /** The code that is entered at an address. */
  LoadedCode code(String name, long entry, Map<String, Long> symbols) {
    Span span = code;
    if (span == null || entry < span.address() || entry - span.address() >= span.byteSize()) {
      throw new IllegalArgumentException("'" + name + "' is not in the code");
    }
    return new LoadedCode(span, entry, symbols);
  }

  long byteSize() {
    return (code == null ? 0 : code.byteSize())
        + (readOnly == null ? 0 : readOnly.byteSize())
        + (writable == null ? 0 : writable.byteSize());
  }

  /** The code goes first, since it may be refused, and then all must stay. */
  @Override
  public void release() {
    RuntimeException failure = null;
    if (code != null) {
      try {
        owners.allocator().release(code);
      } catch (VirtMemException refused) {
        failure = refused;
      }
    }
    failure = release(readOnly, failure);
    failure = release(writable, failure);
    if (failure != null) {
      throw failure;
    }
  }

  private @Nullable RuntimeException release(
      @Nullable DataSpan span, @Nullable RuntimeException before) {
    if (span == null) {
      return before;
    }
    try {
      owners.data().release(span);
      return before;
    } catch (RuntimeException failure) {
      if (before == null) {
        return failure;
      }
      before.addSuppressed(failure);
      return before;
    }
  }

  @Override
  public String toString() {
    return String.valueOf(code != null ? code : writable != null ? writable : readOnly);
  }
}
