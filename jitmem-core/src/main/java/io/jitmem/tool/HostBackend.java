package io.jitmem.tool;

import io.jitmem.virtmem.VirtMem;
import java.util.function.Supplier;

/** Finds the host's backend. A class, since to link a method reference would delay every start. */
final class HostBackend implements Supplier<VirtMem> {
  @Override
  public VirtMem get() {
    return VirtMem.host();
  }
}
