package io.jitmem.linux;

import io.jitmem.virtmem.MappingOptions;

/** What Linux cannot be asked for. */
final class Requests {
  private Requests() {}

  static UnsupportedOperationException notOffered(MappingOptions options) {
    return new UnsupportedOperationException(
        options.mapJit()
            ? "Linux has no per-thread switch for executable memory (MAP_JIT)"
            : "Linux does not bound the later protections of a mapping");
  }
}
