package io.jitmem.observe.perf;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The files of this process that are being written, each once, whoever opens it. */
final class SharedFiles<F> {
  private final Map<Path, F> live = new HashMap<>();

  /** The open file of that path, or what {@code open} makes of it. */
  synchronized F open(Path path, Function<Path, F> open, Consumer<F> join) {
    F known = live.get(path);
    if (known != null) {
      join.accept(known);
      return known;
    }
    F opened = open.apply(path);
    live.put(path, opened);
    return opened;
  }

  /** Counts a user out; the last one's file is closed before anybody can open it again. */
  synchronized void leave(Path path, LogFile file, Runnable close) {
    if (file.leave()) {
      live.remove(path);
      close.run();
    }
  }
}
