package io.jitmem.tests.simulated;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Call;
import io.jitmem.virtmem.VirtMemException.Kind;

/** The errors of a simulated system, with the codes that Unixes have for them. */
final class Refusals {
  private Refusals() {}

  static VirtMemException outOfMemory(String call, String why) {
    return new VirtMemException(Kind.OUT_OF_MEMORY, new Call(call, 12, "ENOMEM"), why);
  }

  static VirtMemException denied(String call, String why) {
    return new VirtMemException(Kind.PERMISSION_DENIED, new Call(call, 13, "EACCES"), why);
  }

  static VirtMemException invalid(String call, String why) {
    return new VirtMemException(Kind.INVALID_ARGUMENT, new Call(call, 22, "EINVAL"), why);
  }
}
