package io.jitmem.tool.top;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.heap.Workload;
import io.jitmem.tool.heap.WorkloadOptions;
import io.jitmem.virtmem.VirtMem;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Watches an allocator while it works: one of its own under a workload, or those of another JVM.
 */
public final class TopCommand implements Command {
  private final Terminal terminal;
  private final Supplier<VirtMem> backend;

  /** A command that watches memory of a backend. */
  public TopCommand(Terminal terminal, Supplier<VirtMem> backend) {
    this.terminal = terminal;
    this.backend = backend;
  }

  @Override
  public String help() {
    return TopHelp.TEXT;
  }

  @Override
  public ExitStatus run(List<String> arguments) {
    Options options =
        WorkloadOptions.parse("top", WatchOptions.NAMES, WatchOptions.FLAGS, arguments);
    WatchOptions watch = WatchOptions.of(options);
    if (watch.pid() > 0) {
      watchOther(watch);
    } else {
      watchWorkload(WorkloadOptions.of(options), watch);
    }
    return ExitStatus.SUCCESS;
  }

  private void watchWorkload(WorkloadOptions options, WatchOptions watch) {
    try (JitAllocator allocator = options.allocator(backend.get())) {
      Workload workload = new Workload(allocator, options, true);
      WorkloadWatch looks = new WorkloadWatch(allocator, workload, watch);
      // After the first look, which takes as long as the start of an allocator does.
      Ending ending = ending(watch);
      try (View view = watch.view(terminal, watch.workload());
          AtExit _ = new AtExit(view::close)) {
        looks.run(view, ending);
      }
    }
  }

  private void watchOther(WatchOptions watch) {
    requireRecorder();
    RemoteRecording recording = new RemoteRecording(watch.pid());
    try (AtExit _ = new AtExit(recording::close)) {
      Path repository = recording.start(watch.intervalNanos() / 1_000_000, watch.countsEvents());
      Ending ending = ending(watch);
      CompletableFuture<Void> _ = recording.process().onExit().thenRun(ending::ask);
      try (View view = watch.view(terminal, "process " + watch.pid());
          AtExit _ = new AtExit(view::close)) {
        new RemoteWatch(view, ending, watch.countsEvents()).run(repository);
      }
      requireAlive(recording.process());
    }
  }

  /** The module is optional, so it may be missing without anybody having been told. */
  private static void requireRecorder() {
    if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
      throw new UnsupportedOperationException(
          "this Java has no module jdk.jfr, which --pid needs; run top with a JDK, or with"
              + " --add-modules jdk.jfr if the module is there and left out");
    }
  }

  private static void requireAlive(ProcessHandle process) {
    if (!process.isAlive()) {
      throw new UnsupportedOperationException("process " + process.pid() + " has ended");
    }
  }

  private Ending ending(WatchOptions watch) {
    Ending ending = new Ending(terminal, watch.end());
    if (watch.isDrawn(terminal)) {
      ending.readKeys();
    }
    return ending;
  }
}
