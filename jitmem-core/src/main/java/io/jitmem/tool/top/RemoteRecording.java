package io.jitmem.tool.top;

import io.jitmem.tool.command.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A recording of the events of jitmem in another JVM, under a name of its own. Thread-safe: its end
 * waits for its beginning. {@code started} is guarded by this.
 */
final class RemoteRecording implements AutoCloseable {
  private static final String STATISTICS = "io.jitmem.HeapStatistics";
  private static final List<String> EVENTS_OF_SPANS =
      List.of("io.jitmem.SpanAllocated", "io.jitmem.SpanReleased", "io.jitmem.CodePublication");
  private static final int CHECKS = 4;

  private static final Pattern REPOSITORY = Pattern.compile("Repository path: (.+)");

  private final long pid;
  private final ProcessHandle process;
  private final JcmdTool jcmd;
  private final String name = "jitmem-top-" + ProcessHandle.current().pid();
  private boolean started;

  /**
   * A recording that has not begun.
   *
   * @throws UsageException if there is no such process
   * @throws UnsupportedOperationException if this Java cannot ask one
   */
  RemoteRecording(long pid) {
    this.pid = pid;
    jcmd = new JcmdTool(Path.of(System.getProperty("java.home")), pid);
    process =
        ProcessHandle.of(pid)
            .orElseThrow(() ->
                new UsageException(
                    "--pid: there is no process " + pid + "; jcmd -l lists the JVMs there are"));
  }

  ProcessHandle process() {
    return process;
  }

  /**
   * Begins, and tells where the events are written.
   *
   * @param periodMillis how often statistics are taken
   * @param spans whether there is to be an event for each span that comes and goes
   * @throws UnsupportedOperationException if the process is none that can be watched
   */
  synchronized Path start(long periodMillis, boolean spans) {
    started = true;
    JcmdTool.Answer answer = jcmd.ask(command(periodMillis, spans).toArray(String[]::new));
    if (answer.status() != 0) {
      throw refused("cannot be watched", answer.reason() + requirement());
    }
    if (!answer.contains("Started recording")) {
      throw refused("makes no recording", answer.reason() + "; it must have the module jdk.jfr");
    }
    if (!knowsStatistics()) {
      throw refused(
          "has no allocator of jitmem",
          "it knows no event "
              + STATISTICS
              + "; it must be the right JVM, with the module jdk.jfr, and have made an allocator");
    }
    return repository();
  }

  /** A young JVM may notice a tenth of a second late that it is recorded; a check takes longer. */
  private boolean knowsStatistics() {
    for (int i = 0; i < CHECKS; i++) {
      if (jcmd.ask("JFR.check", "name=" + name, "verbose=true").contains("(" + STATISTICS + ")")) {
        return true;
      }
    }
    return false;
  }

  private List<String> command(long periodMillis, boolean spans) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "JFR.start",
                "name=" + name,
                "settings=none",
                // What was read is of no use to anybody.
                "maxage=1m",
                "maxsize=64m",
                "+" + STATISTICS + "#enabled=true",
                "+" + STATISTICS + "#period=" + periodMillis + "ms",
                "+io.jitmem.Refusal#enabled=true",
                "+io.jitmem.Refusal#stackTrace=false"));
    if (spans) {
      for (String event : EVENTS_OF_SPANS) {
        command.add("+" + event + "#enabled=true");
        command.add("+" + event + "#threshold=0ns");
        command.add("+" + event + "#stackTrace=false");
      }
    }
    return command;
  }

  private Path repository() {
    JcmdTool.Answer answer = jcmd.ask("JFR.configure");
    Matcher line = REPOSITORY.matcher(answer.text());
    if (!line.find()) {
      throw refused("does not tell where it records", answer.reason());
    }
    return Path.of(line.group(1).strip());
  }

  private UnsupportedOperationException refused(String what, String why) {
    String command = process.info().command().map(path -> " (" + path + ")").orElse("");
    return new UnsupportedOperationException("process " + pid + command + " " + what + ": " + why);
  }

  private String requirement() {
    String owner = process.info().user().orElse("");
    String self = ProcessHandle.current().info().user().orElse("");
    return owner.equals(self)
        ? "; it must be a JVM that can be attached to"
        : "; it belongs to the user " + owner + ", and must be a JVM of this user, " + self;
  }

  /** Ends it, if it has begun and the process is still there; nothing of it is kept. */
  @Override
  public synchronized void close() {
    if (started && process.isAlive()) {
      started = false;
      jcmd.ask("JFR.stop", "name=" + name);
    }
  }
}
