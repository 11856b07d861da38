package io.jitmem.tool.top;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The JDK's program that asks another JVM to do something. */
final class JcmdTool {
  /** A JVM that is stopped never answers. */
  private static final long PATIENCE_SECONDS = 20;

  private static final int LONGEST_REASON = 200;

  private final Path program;
  private final long pid;

  /**
   * What a JVM answered.
   *
   * @param status 0 if it was asked
   */
  record Answer(int status, String text) {
    boolean contains(String words) {
      return status == 0 && text.contains(words);
    }

    /** The line that says most of why not. */
    String reason() {
      return text.lines()
          .map(OneLine::of)
          .filter(line -> !line.startsWith("at ") && !line.matches("[0-9]*:?"))
          .findFirst()
          .map(line -> line.replaceFirst("^[a-z.]+\\.[A-Za-z]+Exception: ", ""))
          .map(line -> OneLine.cut(line, LONGEST_REASON))
          .orElse("it did not say why");
    }
  }

  /**
   * The program for a JVM.
   *
   * @throws UnsupportedOperationException if this Java has no such program
   */
  JcmdTool(Path javaHome, long pid) {
    this.pid = pid;
    program =
        List.of("jcmd", "jcmd.exe").stream()
            .map(name -> javaHome.resolve("bin").resolve(name))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() ->
                new UnsupportedOperationException(
                    "there is no jcmd in "
                        + javaHome.resolve("bin")
                        + ", which --pid needs; run top with a JDK, as JAVA_HOME says, or"
                        + " with a runtime image that has the module jdk.jcmd"));
  }

  /**
   * Asks.
   *
   * @throws UnsupportedOperationException if there is no answer
   */
  Answer ask(String... words) {
    List<String> command = new ArrayList<>(List.of(program.toString(), Long.toString(pid)));
    command.addAll(List.of(words));
    try {
      Path text = Files.createTempFile("jitmem-top", ".txt");
      try {
        return run(command, text);
      } finally {
        Files.deleteIfExists(text);
      }
    } catch (IOException failed) {
      throw new UnsupportedOperationException(program + " cannot be run: " + failed, failed);
    }
  }

  /** Through a file, since a program that hangs would hold a pipe open. */
  private Answer run(List<String> command, Path text) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(text.toFile()).start();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new UnsupportedOperationException(
            "process %d has not answered %s for %d seconds; is it stopped?"
                .formatted(pid, command.get(2), PATIENCE_SECONDS));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UnsupportedOperationException("interrupted", interrupted);
    } finally {
      process.destroyForcibly();
    }
    return new Answer(process.exitValue(), Files.readString(text, Charset.defaultCharset()));
  }
}
