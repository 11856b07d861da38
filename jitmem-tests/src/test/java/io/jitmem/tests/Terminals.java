package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs the command line on a pseudo-terminal, by {@code script} of util-linux. */
final class Terminals {
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String HOME = "\u001b[H";

  /** What was seen on a terminal. */
  record Session(int status, String output) {
    /** The texts that were drawn over each other, without what steers the terminal. */
    List<String> frames() {
      String drawn = output.substring(output.indexOf(HOME) + HOME.length());
      return Arrays.stream(drawn.split("\u001b\\[H", -1))
          .map(frame -> frame.replaceAll("\u001b\\[[?0-9;]*[A-Za-z]", ""))
          .toList();
    }

    void assertRestored() {
      assertThat(output).containsOnlyOnce(HIDE_CURSOR).containsOnlyOnce(SHOW_CURSOR);
      assertThat(output.indexOf(SHOW_CURSOR)).isGreaterThan(output.lastIndexOf(HOME));
      assertThat(output.lastIndexOf("\u001b[?7h")).isGreaterThan(output.lastIndexOf("\u001b[?7l"));
    }
  }

  private Terminals() {}

  /**
   * Runs a command.
   *
   * @param keys what is typed once something was drawn
   */
  static Session run(List<String> environment, String keys, String... arguments) throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "script of util-linux is not installed");
    String command =
        ChildJvm.commandLineCommand(List.of(), arguments).stream()
            .map(word -> "'" + word + "'")
            .collect(Collectors.joining(" "));
    ProcessBuilder builder =
        new ProcessBuilder(
                ChildJvm.interruptible(
                    List.of("/usr/bin/script", "-qec", "exec " + command, "/dev/null")))
            .redirectErrorStream(true);
    builder.environment().keySet().removeAll(List.of("NO_COLOR", "COLUMNS", "LINES"));
    builder.environment().put("TERM", "xterm");
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    Process process = builder.start();
    CompletableFuture<Process> _ =
        process.onExit().orTimeout(90, TimeUnit.SECONDS).exceptionally(_ -> ended(process));
    return converse(process, keys);
  }

  /** To be called of one that runs: the end of another would close what is left to read. */
  private static Process ended(Process process) {
    process.destroy();
    return process;
  }

  private static Session converse(Process process, String keys) throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (InputStream in = process.getInputStream();
        OutputStream out = process.getOutputStream()) {
      byte[] buffer = new byte[1 << 16];
      boolean typed = keys.isEmpty();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        output.write(buffer, 0, count);
        if (!typed && output.toString(UTF_8).contains("spans")) {
          out.write(keys.getBytes(UTF_8));
          out.flush();
          typed = true;
        }
      }
    }
    return new Session(process.waitFor(), output.toString(UTF_8));
  }
}
