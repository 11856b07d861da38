package io.jitmem.allocator.heap;

import java.io.Serial;

/**
 * A limit or a range of addresses does not leave room for a request. The public layer says more.
 */
public final class NoRoom extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** A request that would need a block of so many bytes. */
  NoRoom(long byteSize) {
    super("no room for a block of " + byteSize + " bytes");
  }
}
