package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code docs} do what is said there. */
class DocumentExamplesTest {
  @TempDir Path directory;

  @Test
  void functions_end_as_lifetime_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    String document = read("lifetime.md");
    assertThat(run(document)).isEqualTo(fenced("\n\n```\n", document));
  }

  @Test
  void features_are_told_as_cpu_md_shows() throws Exception {
    assertThat(run(read("cpu.md")))
        .matches("\\w+, (512 bits|256 bits|scalable|128 bits), landing pad of 4 bytes\n");
  }

  @Test
  void a_listener_is_told_as_observing_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    String document = read("observing.md");
    assertThat(run(document)).isEqualTo(fenced("\n\n```\n", document));
  }

  @Test
  void flight_recorder_shows_what_observing_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    Path jfr = Path.of(System.getProperty("java.home"), "bin", "jfr");
    assumeTrue(Files.exists(jfr), "this Java has no jfr");
    String document = read("observing.md");
    String section = document.substring(document.indexOf("## Flight Recorder"));
    Path file = directory.resolve("code.jfr");
    assertThat(run(section, recordedTo(section, file))).isEqualTo("refused\n");

    List<String> print = new ArrayList<>(List.of(jfr.toString()));
    print.addAll(List.of(command("jfr print ", section).split(" ", -1)));
    print.set(print.size() - 1, file.toString());
    assertThat(withoutChance(ChildJvm.run("", print).out()))
        .isEqualTo(withoutChance(fenced("\n\n```\n", section)));
    assertThat(ChildJvm.run("", List.of(jfr.toString(), "summary", file.toString())).out())
        .containsPattern("io.jitmem.SpanAllocated +3 ");
  }

  @Test
  void settings_in_a_file_work_as_observing_md_shows() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "its machine code is x86-64's");
    String document = read("observing.md");
    String section = document.substring(document.indexOf("## Flight Recorder"));
    Path settings = directory.resolve("spans.jfc");
    Files.writeString(settings, fenced("```xml\n", section).replace("20 us", "0 us"));
    Path file = directory.resolve("code.jfr");
    run(
        section,
        "-XX:StartFlightRecording:filename=" + file + ",settings=default,settings=" + settings,
        "-Xlog:disable");
    assertThat(Recorded.of(file, "queries").of("SpanAllocated")).hasSize(3);
  }

  private static String[] recordedTo(String section, Path file) {
    String option = command("java ", section).split(" ", -1)[0];
    return new String[] {option.replace("code.jfr", file.toString()), "-Xlog:disable"};
  }

  private static String command(String tool, String section) {
    int at = section.indexOf("$ " + tool);
    assertThat(at).as(tool).isNotNegative();
    String line = section.substring(at + 2, section.indexOf('\n', at));
    return line.substring(line.indexOf(' ') + 1);
  }

  /** What differs from run to run, from machine to machine, and with each change of a source. */
  private static String withoutChance(String printed) {
    return printed
        .replaceAll("(startTime|duration|address) = .*", "$1")
        .replaceAll("javaThreadId = [0-9]+|line: [0-9]+", "N");
  }

  private String run(String document, String... options) throws Exception {
    String program = fenced("```java\n", document);
    Matcher name = Pattern.compile("public class (\\w+)").matcher(program);
    assertThat(name.find()).isTrue();
    Path source = directory.resolve(name.group(1) + ".java");
    Files.writeString(source, program);
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.libraryPath(),
            source.toString()));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    return outcome.out();
  }

  private static String read(String name) throws Exception {
    return Files.readString(ChildJvm.TOP.resolve("docs").resolve(name));
  }

  private static String fenced(String opening, String document) {
    int start = document.indexOf(opening);
    assertThat(start).as("an example").isNotNegative();
    int from = start + opening.length();
    return document.substring(from, document.indexOf("```", from));
  }
}
