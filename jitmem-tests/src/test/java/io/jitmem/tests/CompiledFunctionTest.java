package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Functions that the machine's C compiler made, run by the command line from a file and from
 * standard input.
 */
class CompiledFunctionTest {
  private static final String SOURCE =
      """
      #if defined(GCD)
      long f(long a, long b) { while (b) { long t = a % b; a = b; b = t; } return a; }
      #elif defined(NORM)
      double f(double x, double y, float z) { return x * x + y * y - z; }
      #elif defined(LENGTH)
      int f(const char *s) { int n = 0; while (s[n]) n++; return n; }
      #elif defined(SKIP)
      const char *f(const char *s, int n) { return s + n; }
      #elif defined(NARROW)
      signed char f(short a, unsigned short b, signed char c) { return (signed char) (a + b + c); }
      #elif defined(MANY)
      long f(int a, long b, int c, long d, int e, long g, int h, long i) { return a - b + c - d + e - g + h - i; }
      #elif defined(NOTHING)
      void f(void) {}
      #endif
      """;

  @TempDir Path directory;

  @BeforeEach
  void a_c_compiler_is_installed() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/objcopy")), "objcopy (binutils) is not installed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "GCD     | long(long,long)                          | 1071 462                | 21",
        "GCD     | long(long, long)                         | -6 9223372036854775807  | 1",
        "NORM    | double(double,double,float)              | 3 4.5 0.25              | 29.0",
        "LENGTH  | int(ptr)                                 | \"hello, world\"        | 12",
        "LENGTH  | int(ptr)                                 | \"\"                    | 0",
        "LENGTH  | int(ptr)                                 | \"größer\"              | 8",
        "SKIP    | ptr(ptr,int)                             | 0x7f0000001000 16       | 0x7f0000001010",
        "NARROW  | byte(short,char,byte)                    | -300 40000 -3           | 17",
        "MANY    | long(int,long,int,long,int,long,int,long)| 1 2 3 4 5 6 7 8         | -4",
        "NOTHING | void()                                   | ``                      | ``",
      })
  void gives_the_right_result(String function, String type, String arguments, String result)
      throws Exception {
    Path code = compile(function);
    for (String strategy : List.of("direct", "dual", "seal")) {
      List<String> command =
          new ArrayList<>(
              List.of("run", "--file", code.toString(), "--type", type, "--strategy", strategy));
      command.addAll(split(arguments));
      ChildJvm.Outcome outcome = ChildJvm.commandLine(command.toArray(String[]::new));
      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.out().strip()).isEqualTo(result);
      assertThat(outcome.status()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"GCD, 'long(long,long)', '12 18', 6"})
  void takes_code_from_standard_input(String function, String type, String arguments, String result)
      throws Exception {
    byte[] code = Files.readAllBytes(compile(function));
    List<String> command =
        ChildJvm.commandLineCommand(List.of(), "run", "--file", "-", "--type", type);
    command.addAll(split(arguments));
    ChildJvm.Outcome outcome = ChildJvm.run(new String(code, StandardCharsets.ISO_8859_1), command);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().strip()).isEqualTo(result);
  }

  /** A quoted argument is one argument, with its quotes. */
  private static List<String> split(String arguments) {
    return arguments.isEmpty() || arguments.startsWith("\"")
        ? List.of(arguments).stream().filter(text -> !text.isEmpty()).toList()
        : List.of(arguments.split(" +", -1));
  }

  private Path compile(String function) throws Exception {
    Path source = Files.writeString(directory.resolve("f.c"), SOURCE);
    Path object = directory.resolve("f.o");
    Path code = directory.resolve("f.bin");
    // Without the last option gcc turns the loop of LENGTH into a call of strlen, which raw bytes
    // cannot make.
    run(
        "gcc",
        "-O2",
        "-fno-tree-loop-distribute-patterns",
        "-D" + function,
        "-c",
        source.toString(),
        "-o",
        object.toString());
    run("objcopy", "-O", "binary", "--only-section=.text", object.toString(), code.toString());
    return code;
  }

  private static void run(String... command) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run("", List.of(command));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
  }
}
