package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What gdb shows of a JVM that sits in generated code. */
class GdbTest {
  @TempDir Path temporary;

  @BeforeAll
  static void gdb_can_be_run_on_this_cpu() {
    Toolchain.assumeInstalled("gdb");
    assumeTrue(!Emulation.isOn(), "gdb cannot look into an emulator");
    assumeTrue(
        Platform.current().architecture().orElseThrow() == Architecture.X86_64,
        "the backtrace is known for x86-64 only");
  }

  @Test
  void gdb_shows_a_backtrace_through_code_and_forgets_what_has_gone() throws Exception {
    Process child = start();
    try (BufferedReader output = child.inputReader(UTF_8)) {
      String other = "0x" + output.readLine();
      awaitPause(child);

      String before = gdb(child, other);
      assertThat(before).containsPattern("pause");
      assertThat(before)
          .containsPattern(
              "(?s)#\\d+ +0x\\w+ in jitmem_inner.*#\\d+ +0x\\w+ in jitmem::outer\\(größe\\).*#\\d+ +0x\\w+ in \\?\\?");
      assertThat(before).containsPattern("jitmem_other.* in section \\.text");

      child.outputWriter(UTF_8).append('\n').flush();
      assertThat(output.readLine()).isEqualTo("released");

      String after = gdb(child, other);
      assertThat(after).containsPattern("(?s)in jitmem_inner.*in jitmem::outer\\(größe\\)");
      assertThat(after).doesNotContain("jitmem_other").contains("No symbol matches");
      assertThat(library()).hasSize(1);

      child.outputWriter(UTF_8).close();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(library()).isEmpty();
    } finally {
      child.destroyForcibly();
    }
  }

  private Process start() throws Exception {
    return new ProcessBuilder(
            ChildJvm.java(),
            "-Djava.io.tmpdir=" + temporary,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            GdbChild.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Waits until a thread of the child is in the system call. */
  private static void awaitPause(Process child) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!isPaused(child)) {
      assertThat(System.nanoTime()).as("no thread came to pause()").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isPaused(Process child) throws Exception {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + child.pid() + "/task"))) {
      for (Path task : tasks.toList()) {
        // pause is call 34 of x86-64.
        if (Files.readString(task.resolve("syscall")).startsWith("34 ")) {
          return true;
        }
      }
      return false;
    }
  }

  /** What gdb says of all threads, and of an address. */
  private static String gdb(Process child, String address) throws Exception {
    List<String> command =
        List.of(
            "gdb",
            "-nx",
            "-batch",
            "-iex",
            "set auto-load off",
            "-p",
            Long.toString(child.pid()),
            "-ex",
            "handle SIGSEGV nostop noprint pass",
            "-ex",
            "thread apply all backtrace",
            "-ex",
            "info symbol " + address);
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assumeTrue(
        !outcome.err().contains("ptrace: Operation not permitted"), "ptrace is not permitted here");
    return outcome.out() + outcome.err();
  }

  private List<Path> library() throws Exception {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.filter(file -> file.toString().endsWith(".so")).toList();
    }
  }
}
