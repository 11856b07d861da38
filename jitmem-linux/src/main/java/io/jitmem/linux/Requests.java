package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.virtmem.MappingOptions;
import java.util.List;

/** What Linux cannot be asked for. */
final class Requests {
  private Requests() {}

  static void requireProtectable(List<PageRun> pages) {
    PageDiscard.requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use().isView()) {
        throw new IllegalArgumentException(
            run + " is " + run.use().text() + " of memory with two, which keep their protections");
      }
    }
  }

  static UnsupportedOperationException notOffered(MappingOptions options) {
    return new UnsupportedOperationException(
        options.mapJit()
            ? "Linux has no per-thread switch for executable memory (MAP_JIT)"
            : "Linux does not bound the later protections of a mapping");
  }
}
