package io.jitmem.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.VirtMem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code run} refuses, and that it says so in one line before it asks for any memory. */
class RunErrorsTest {
  private final FakeTerminal terminal = new FakeTerminal();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--hex=c3|there is no type|run needs the code's type, as in --type \"int(int,int)\"",
        "--type=void()|no code|there is no code to run; run takes one of --hex BYTES, --file FILE and --object FILE",
        "--hex=c3 --file=x|twice|the code is given twice; run takes one of --hex BYTES, --file FILE and --object FILE",
        "--hex|no value|--hex needs a value: --hex VALUE or --hex=VALUE",
        "--hex --type|no value|--hex needs a value: --hex VALUE or --hex=VALUE",
        "--hex=c3 --hex=c3|twice|--hex is given twice; once is enough",
        "--hex=c3 --type=void() --strategy=sealed|strategy|--strategy: unknown strategy 'sealed' (did you mean seal?); there are direct, dual, seal, map-jit",
        "--hex=c3 --type=void() --repeat=0|none|--repeat: '0' is not in the range 1..1000000000000 or, in hex, up to 0xe8d4a51000",
        "--hex=c3 --type=void() --repeat=often|none|--repeat: 'often' is not a whole number 1..1000000000000 or, in hex, up to 0xe8d4a51000",
        "--hex=c3 --type=int(int)|too few|int(int) takes 1 argument, not 0",
        "--hex=c3 --type=int(int,ptr) 1|too few|int(int,ptr) takes 2 arguments, not 1",
        "--hex=c3 --type=void(void) -1 -- --x|too many|void() takes no arguments, not 2",
        "--hex=c3 --type=int(int,byte) 1 128|range|argument 2 (byte): '128' is not in the range -128..127 or, in hex, up to 0xff",
        "--hex=c3 --type=int(uint)|type|--type: unknown type 'uint' (did you mean int?); there are void, byte, short, char, int, long, float, double, ptr",
        "--hex=c3 --object=a.o|twice|the code is given twice; run takes one of --hex BYTES, --file FILE and --object FILE",
        "--hex=c3 --symbol=f|symbol|--symbol and --link are for the code of an --object or --library",
        "--file=c3 --link=libm.so.6|link|--symbol and --link are for the code of an --object or --library",
        "--object=no/such.o|none|there is no file 'no/such.o'; accepted is an object file of up to 1073741824 bytes",
        "--library=no/such.a|none|there is no file 'no/such.a'; accepted is a static library of up to 1073741824 bytes",
        "--tpye=void()|option|unknown option '--tpye' (did you mean --type?); there are --hex, --file, --object, --library, --link, --symbol, --type, --strategy, --repeat, and -- before arguments that start with a dash",
        "-x|option|unknown option '-x'; there are --hex, --file, --object, --library, --link, --symbol, --type, --strategy, --repeat, and -- before arguments that start with a dash",
      })
  void a_wrong_command_line_is_told_in_one_line(String arguments, String what, String message) {
    assertThat(run(arguments.split(" ", -1))).as(what).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("jitmem: " + message + "\n");
    assertThat(terminal.output()).isEmpty();
  }

  @Test
  void a_wrong_digit_is_told_with_its_place() {
    assertThat(run("--hex", "8d 0g", "--type", "void()")).isEqualTo(2);
    assertThat(terminal.errorLines()).hasSize(1);
    assertThat(terminal.errors())
        .startsWith("jitmem: --hex: 'g' in '0g' at position 5 is not a hex digit; accepted are");
  }

  @Test
  void a_line_break_in_an_argument_makes_no_second_line() {
    assertThat(run("--hex", "c3", "--type", "in\nt()")).isEqualTo(2);
    assertThat(terminal.errors())
        .startsWith("jitmem: --type: unknown type 'in\\u000at' (did you mean int?)");
    assertThat(terminal.errorLines()).hasSize(1);
  }

  @Test
  void a_file_that_is_missing_is_told() {
    assertThat(run("--file", "no/such/file", "--type", "void()")).isEqualTo(2);
    assertThat(terminal.errors())
        .isEqualTo(
            "jitmem: there is no file 'no/such/file'; accepted is a file of 1..16777216 bytes of"
                + " machine code, or - for standard input\n");
  }

  @Test
  void a_directory_is_told_from_a_file(@TempDir Path directory) {
    assertThat(run("--file=" + directory, "--type=void()")).isEqualTo(2);
    assertThat(terminal.errors()).contains("is a directory; accepted is a file");
  }

  @Test
  void an_empty_file_is_told(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("empty"));
    assertThat(run("--file=" + file, "--type=void()")).isEqualTo(2);
    assertThat(terminal.errors()).contains(" is empty; accepted is a file of 1..16777216 bytes");
  }

  @Test
  void a_file_that_is_too_big_is_told(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("big"), new byte[(16 << 20) + 1]);
    assertThat(run("--file=" + file, "--type=void()")).isEqualTo(2);
    assertThat(terminal.errors()).contains(" has more than 16777216 bytes; accepted is a file");
  }

  @Test
  void an_empty_standard_input_is_told() {
    assertThat(run("--file", "-", "--type", "void()")).isEqualTo(2);
    assertThat(terminal.errors()).startsWith("jitmem: 'standard input' is empty; accepted");
  }

  @Test
  void a_refusal_of_the_system_is_told_in_its_words() {
    int status =
        new CommandLine(terminal, FakeVirtMem::hardened)
            .run("run", "--hex=c3", "--type=void()", "--strategy=direct");
    assertThat(status).isEqualTo(1);
    assertThat(terminal.errors()).isEqualTo("jitmem: " + FakeVirtMem.REFUSAL + "\n");
  }

  @Test
  void without_a_backend_each_providers_answer_is_told() {
    Supplier<VirtMem> none =
        () -> {
          throw new UnsupportedOperationException("no backend:\n  Inferno: not here");
        };
    int status = new CommandLine(terminal, none).run("run", "--hex=c3", "--type=void()");
    assertThat(status).isEqualTo(1);
    assertThat(terminal.errors()).isEqualTo("jitmem: no backend:\n  Inferno: not here\n");
  }

  @Test
  void code_from_standard_input_is_taken_as_it_is() {
    terminal.withInput((byte) 0xc3);
    int status =
        new CommandLine(terminal, FakeVirtMem::forbidding).run("run", "--file=-", "--type=void()");
    assertThat(status).as("refused by the system, and not before").isEqualTo(1);
  }

  private int run(String... options) {
    String[] arguments = new String[options.length + 1];
    arguments[0] = "run";
    System.arraycopy(options, 0, arguments, 1, options.length);
    return new CommandLine(terminal, RunErrorsTest::notAsked).run(arguments);
  }

  private static VirtMem notAsked() {
    throw new AssertionError("the backend was asked");
  }
}
