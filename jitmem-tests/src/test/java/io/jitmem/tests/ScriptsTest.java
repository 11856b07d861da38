package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The scripts at the top, with the jars that this build has made. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "uses env and unshare of Linux")
class ScriptsTest {
  private static final List<String> NO_JAVA =
      List.of("env", "-i", "PATH=/nonexistent:/usr/bin:/bin", "JITMEM_NO_BUILD=1");

  @TempDir Path directory;

  @Test
  void jitmem_runs_from_anywhere_and_through_a_link() throws Exception {
    requireJars();
    Path link =
        Files.createSymbolicLink(directory.resolve("a link"), ChildJvm.TOP.resolve("jitmem"));
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            List.of(
                "env",
                "JITMEM_NO_BUILD=1",
                "JAVA_HOME=" + System.getProperty("java.home"),
                link.toString(),
                "help"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("doctor", "run");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void an_old_java_home_is_passed_over() throws Exception {
    requireJars();
    Path old = Files.createDirectories(directory.resolve("old"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    String here = System.getProperty("java.home");
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            "",
            List.of(
                "env",
                "JITMEM_NO_BUILD=1",
                "JAVA_HOME=" + old,
                "PATH=" + here + "/bin:/usr/bin:/bin",
                ChildJvm.TOP.resolve("jitmem").toString(),
                "--version"));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("jitmem ");
  }

  /** The folders where JDKs are installed are covered in a mount namespace of the child's own. */
  @Test
  void without_a_jdk_each_script_says_in_one_line_how_to_get_one() throws Exception {
    requireNamespaces();
    for (String script : List.of("jitmem", "check", "bench")) {
      String argument = script.equals("bench") ? " handle" : "";
      ChildJvm.Outcome outcome =
          inNamespace(
              "for folder in /usr/lib/jvm /usr/lib64/jvm /usr/java /opt; do"
                  + " [ ! -d $folder ] || mount -t tmpfs none $folder; done; exec "
                  + String.join(" ", NO_JAVA)
                  + " "
                  + ChildJvm.TOP.resolve(script)
                  + argument);
      assertThat(outcome.status()).as(script).isEqualTo(3);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err().lines()).hasSize(1);
      assertThat(outcome.err()).contains("Debian", "Fedora", "macOS", "Windows", "25");
    }
  }

  private static void requireJars() {
    assumeTrue(
        Files.exists(ChildJvm.TOP.resolve("jitmem-core/target/jitmem-core.jar")),
        "the jars are not packaged: this runs in verify, not in test");
  }

  private static void requireNamespaces() throws Exception {
    ChildJvm.Outcome outcome = inNamespace("mount -t tmpfs none /mnt");
    assumeTrue(
        outcome.status() == 0, "no mount namespace may be made here: " + outcome.err().strip());
    assumeTrue(
        !Path.of(System.getProperty("java.home")).startsWith("/usr/bin"),
        "java is installed in /usr/bin");
  }

  private static ChildJvm.Outcome inNamespace(String command) throws Exception {
    return ChildJvm.run("", List.of("unshare", "-r", "-m", "sh", "-c", command));
  }
}
