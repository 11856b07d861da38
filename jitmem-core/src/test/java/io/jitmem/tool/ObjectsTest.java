package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.elf.ElfFileBuilder;
import io.jitmem.virtmem.VirtMem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code objects} lists, and that it asks for no memory. */
class ObjectsTest {
  private final FakeTerminal terminal = new FakeTerminal();

  @TempDir Path directory;

  @Test
  void an_object_is_listed_with_what_it_defines_and_needs() throws Exception {
    Path file = Files.write(directory.resolve("main.o"), ElfFileBuilder.callOfPuts());
    assertThat(run("objects", file.toString())).isZero();
    assertThat(terminal.output())
        .isEqualTo(
            file
                + """
                : object for x86-64
                  can be loaded
                  sections
                    code                       6 bytes  .text
                  defines
                    function, global           0 bytes  main in .text
                  needs
                    puts
                  relocations
                    R_X86_64_PLT32 (4)                  1
                """);
    assertThat(terminal.errors()).isEmpty();
  }

  @Test
  void json_has_every_key() {
    terminal.withInput(ElfFileBuilder.callOfPuts());
    assertThat(run("objects", "--format", "json", "-")).isZero();
    assertThat(terminal.output())
        .contains("\"file\": \"-\"", "\"library\": false", "\"loadable\": true")
        .contains("\"cpu\": \"x86-64\"", "\"obstacle\": null")
        .contains("\"kind\": \"code\"", "\"kind\": \"not loaded\"")
        .contains("\"name\": \"main\"", "\"type\": \"function\"", "\"binding\": \"global\"")
        .contains("\"section\": null", "\"kind\": \"R_X86_64_PLT32 (4)\"", "\"count\": 1");
  }

  @Test
  void a_library_is_listed_object_by_object() {
    byte[] other = new ElfFileBuilder().text((byte) 0xc3).build();
    ByteArrayOutputStream library = new ByteArrayOutputStream();
    library.writeBytes(ascii("!<arch>\n"));
    member(library, "a.o/", ElfFileBuilder.callOfPuts());
    member(library, "b.o/", other);
    member(library, "c.txt/", ascii("text"));
    terminal.withInput(library.toByteArray());
    assertThat(run("objects", "-")).isEqualTo(1);
    assertThat(terminal.output())
        .startsWith("-: static library of 3 objects, 2 can be loaded\n")
        .contains("a.o: object for x86-64\n  can be loaded\n")
        .contains("c.txt\n  cannot be loaded: this is neither an ELF file nor a static library\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4  | 1  | this is a 32-bit ELF file",
        "16 | 3  | this is a shared library or an executable",
        "18 | 40 | this is for another CPU, ELF machine 40",
        "40 | 7  | damaged at offset 0x",
      })
  void what_cannot_be_loaded_is_told_with_the_reason(int offset, byte value, String reason) {
    byte[] file = ElfFileBuilder.callOfPuts();
    file[offset] = value;
    terminal.withInput(file);
    assertThat(run("objects", "-")).isEqualTo(1);
    assertThat(terminal.output()).startsWith("-\n  cannot be loaded: ").contains(reason);
    assertThat(terminal.errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "objects           | objects takes one FILE, not 0",
        "objects a b       | objects takes one FILE, not 2",
        "objects no/such.o | there is no file 'no/such.o'; accepted is an object file or a static library of up to 1073741824 bytes, or - for standard input",
        "objects --format=xml a | --format: unknown format 'xml'; there are text, json",
        "objects --json a  | unknown option '--json'; there are --format, and -- before arguments that start with a dash",
      })
  void a_wrong_command_line_is_told_in_one_line(String arguments, String message) {
    assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("jitmem: " + message + "\n");
  }

  @Test
  void run_finds_the_function_before_it_asks_for_memory() {
    terminal.withInput(ElfFileBuilder.callOfPuts());
    assertThat(run("run", "--object=-", "--symbol=mian", "--type=void()")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "jitmem: --symbol: there is no function 'mian' (did you mean main?); there are main\n");
  }

  @Test
  void run_refuses_what_is_no_object() {
    terminal.withInput((byte) 0xc3);
    assertThat(run("run", "--object=-", "--type=void()")).isEqualTo(1);
    assertThat(terminal.errors())
        .isEqualTo("jitmem: -: this is neither an ELF file nor a static library\n");
  }

  private int run(String... arguments) {
    return new CommandLine(terminal, ObjectsTest::notAsked).run(arguments);
  }

  private static VirtMem notAsked() {
    throw new AssertionError("the backend was asked");
  }

  private static void member(ByteArrayOutputStream library, String name, byte[] contents) {
    library.writeBytes(ascii("%-48s%-10d`\n".formatted(name, contents.length)));
    library.writeBytes(Arrays.copyOf(contents, contents.length + (contents.length & 1)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
