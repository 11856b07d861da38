package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** How users start it: with native access and without, and from an image of their own. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code here is x86-64's")
class NativeAccessTest {
  private static final List<String> RUN =
      List.of("run", "--hex", "8d 04 37 c3", "--type", "int(int,int)", "40", "2");

  @TempDir Path directory;

  @Test
  void a_refusal_names_the_flag_that_is_missing() throws Exception {
    for (String granted : List.of("io.jitmem.core", "io.jitmem.linux")) {
      ChildJvm.Outcome outcome =
          start(
              ChildJvm.java(),
              "--enable-native-access=" + granted,
              "--illegal-native-access=deny",
              "--module-path",
              ChildJvm.libraryPath());
      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.err()).contains("--enable-native-access=io.jitmem.core");
      assertThat(outcome.out()).isEmpty();
    }
  }

  @Test
  void a_jlink_image_with_the_backend_runs_code() throws Exception {
    Path image = directory.resolve("image");
    ChildJvm.Outcome linked =
        ChildJvm.run(
            "",
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--module-path",
                ChildJvm.libraryPath("api", "core", "linux"),
                "--add-modules",
                "io.jitmem.core,io.jitmem.linux",
                "--output",
                image.toString()));
    assertThat(linked.err() + linked.out()).isEmpty();
    ChildJvm.Outcome outcome =
        start(
            image.resolve("bin/java").toString(),
            "--enable-native-access=io.jitmem.core,io.jitmem.linux",
            "--illegal-native-access=deny");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo("42\n");
  }

  @Test
  void a_core_without_a_backend_says_what_is_missing() throws Exception {
    ChildJvm.Outcome outcome =
        start(
            ChildJvm.java(),
            "--enable-native-access=io.jitmem.core",
            "--module-path",
            ChildJvm.libraryPath("api", "core", "windows"));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("Windows: this is Linux, not Windows");
  }

  private static ChildJvm.Outcome start(String... launcher) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher));
    command.addAll(List.of("--module", "io.jitmem.core/io.jitmem.tool.Main"));
    command.addAll(RUN);
    return ChildJvm.run("", command);
  }
}
