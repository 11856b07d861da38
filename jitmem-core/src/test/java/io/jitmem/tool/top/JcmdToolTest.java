package io.jitmem.tool.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JcmdToolTest {
  @TempDir Path directory;

  @Test
  void a_java_without_the_program_is_told_what_to_take_instead() {
    assertThatThrownBy(() -> new JcmdTool(directory, 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("there is no jcmd in " + directory.resolve("bin"))
        .hasMessageContaining("run top with a JDK");
  }

  @Test
  void the_reason_is_the_first_line_that_says_something() {
    String text = "77:\njava.io.IOException: non existent JVM pid: 77\n\tat jdk.attach/x\n";
    assertThat(new JcmdTool.Answer(1, text).reason()).isEqualTo("non existent JVM pid: 77");
    assertThat(new JcmdTool.Answer(1, "77:\n").reason()).isEqualTo("it did not say why");
  }

  @Test
  void a_command_that_failed_contains_nothing() {
    assertThat(new JcmdTool.Answer(0, "Started recording 1.").contains("Started")).isTrue();
    assertThat(new JcmdTool.Answer(1, "Started recording 1.").contains("Started")).isFalse();
  }
}
