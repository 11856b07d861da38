package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/objects.md shows, done. */
class ObjectsDocTest {
  private static final Path PAGE = ChildJvm.TOP.resolve("docs/objects.md");

  @TempDir Path directory;
  private Path object;

  @BeforeEach
  void compile_the_c_file() throws Exception {
    Toolchain.assumeInstalled("gcc");
    Path source = Files.writeString(directory.resolve("words.c"), block("c"));
    object = directory.resolve("words.o");
    Toolchain.run(List.of("gcc", "-O2", "-c", "-o", object.toString(), source.toString()));
  }

  @Test
  void its_commands_print_what_it_says() throws Exception {
    ChildJvm.Outcome listed = ChildJvm.commandLine("objects", object.toString());
    assertThat(listed.err()).isEmpty();
    assertThat(listed.status()).isZero();
    assertThat(listed.out()).contains("can be loaded\n", "letters in .text\n", "strlen\n");
    ChildJvm.Outcome called =
        ChildJvm.commandLine(
            "run", "--object", object.toString(), "--symbol", "letters", "--type", "int(int)", "3");
    assertThat(called.err()).isEmpty();
    assertThat(block("console")).endsWith("\n" + called.out());
  }

  @Test
  void its_program_prints_what_it_says() throws Exception {
    String program = block("java");
    Path source = Files.writeString(directory.resolve("Words.java"), program);
    List<String> command =
        new ArrayList<>(
            List.of(
                ChildJvm.java(),
                "--enable-native-access=ALL-UNNAMED",
                "--illegal-native-access=deny",
                "-cp",
                ChildJvm.libraryPath(),
                source.toString(),
                object.toString()));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.err()).isEmpty();
    Matcher said = Pattern.compile("// ([0-9 ]+)").matcher(program);
    assertThat(said.find()).isTrue();
    assertThat(outcome.out()).isEqualTo(said.group(1) + "\n");
  }

  /** The first block in a language. */
  private static String block(String language) throws Exception {
    Matcher fence =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(PAGE));
    assertThat(fence.find()).as("a block of " + language).isTrue();
    return fence.group(1);
  }
}
