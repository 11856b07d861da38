package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code map} as a process, on real memory. */
class MapCommandTest {
  @TempDir Path directory;

  @Test
  void text_goes_to_standard_output_without_colours_into_a_pipe() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.commandLine("map", "--spans", "100", "--steps", "500");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("100 spans", "external fragmentation", "one cell is", "granule 64")
        .doesNotContain("\u001b");
  }

  @Test
  void frames_follow_each_other() throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.commandLine("map", "--steps", "90", "--frames", "3");
    assertThat(outcome.out().lines())
        .filteredOn(line -> line.startsWith("after "))
        .containsExactly("after 30 steps", "after 60 steps", "after 90 steps");
  }

  @Test
  void a_file_that_cannot_be_written_is_named() throws Exception {
    Path nowhere = directory.resolve("none").resolve("map.svg");
    ChildJvm.Outcome outcome = ChildJvm.commandLine("map", "--out", nowhere.toString());
    assertThat(outcome.err()).startsWith("jitmem: --out: '").contains("cannot be written");
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 2000})
  void svg_of_hardened_memory_is_rendered_by_another_program(int width) throws Exception {
    assumeTrue(isThere("rsvg-convert"), "rsvg-convert is not installed");
    Path svg = directory.resolve("map.svg");
    Path png = directory.resolve("map.png");
    ChildJvm.commandLine(
        "map", "--hardened", "--frames", "3", "--width", "" + width, "--out", svg.toString());
    Process renderer =
        new ProcessBuilder("rsvg-convert", "-o", png.toString(), svg.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(renderer.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(renderer.exitValue()).isZero();
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(png), 16, 8);
    assertThat(header.getInt()).as("width of the PNG").isEqualTo(width);
    assertThat(header.getInt()).as("height of the PNG").isGreaterThan(100);
  }

  private static boolean isThere(String tool) throws IOException {
    for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      if (Files.isExecutable(Path.of(place, tool))) {
        return true;
      }
    }
    return false;
  }
}
