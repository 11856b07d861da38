package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.virtmem.MappingOptions;

/** A way to map memory twice. Whatever fails, it leaves nothing behind. */
public interface DualRoute {
  /** The name by which capabilities list it. */
  String mechanism();

  /** Whether its memory is a file in a directory for temporary files. */
  default boolean isTemporaryFile() {
    return false;
  }

  /** Whether it can map over reserved address space. */
  default boolean isForReservations() {
    return true;
  }

  /** Maps new memory twice, where the system likes. */
  ViewAddresses map(long byteSize, MappingOptions options);

  /** Maps new memory over two ranges of reserved address space, or leaves both reserved. */
  void mapAt(ViewAddresses place, long byteSize);
}
