package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.tests.bench.Zlib;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Object files and libraries given to the command line as a process. */
class ObjectCommandTest {
  @TempDir Path directory;

  @Test
  void a_function_of_an_object_is_called() throws Exception {
    String fib = object("fib.o", "int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }");
    assertPrints("832040\n", "run", "--object", fib, "--symbol", "fib", "--type", "int(int)", "30");
    assertPrints("55\n", "run", "--object", fib, "--strategy=dual", "--type", "int(int)", "10");
  }

  @Test
  void objects_and_libraries_are_linked_together() throws Exception {
    String main =
        object(
            "main.o",
            "double lgamma(double); int plus(int, int);"
                + " int whole(double x) { return plus((int) lgamma(x), 2); }");
    String other = object("other.o", "int plus(int a, int b) { return a + b; }");
    assertPrints(
        "17\n",
        "run",
        "--object",
        main,
        "--object",
        other,
        "--link",
        "libm.so.6",
        "--type",
        "int(double)",
        "--symbol=whole",
        "11");
    Path library = directory.resolve("other.a");
    Files.write(library, Toolchain.archive(Files.readAllBytes(Path.of(other))));
    assertPrints(
        "19\n",
        "run",
        "--object=" + main,
        "--library=" + library,
        "--type=int(double)",
        "--symbol=whole",
        "12");
  }

  @Test
  void a_function_of_a_static_library_is_called() throws Exception {
    assumeTrue(Zlib.library().isPresent(), "there is no static zlib: install zlib1g-dev");
    String library = Zlib.library().orElseThrow().toString();
    assertPrints(
        "907060870\n",
        "run",
        "--library",
        library,
        "--symbol",
        "crc32",
        "--type",
        "long(long,ptr,int)",
        "0",
        "\"hello\"",
        "5");
    ChildJvm.Outcome listed = ChildJvm.commandLine("objects", library);
    assertThat(listed.status()).isZero();
    assertThat(listed.out()).contains("deflate.o: object for ", "function, global", "inflate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--symbol=g | 2 | --symbol: there is no function 'g'",
        "--link=libnowhere.so.7 | 1 | --link: the system finds no shared library 'libnowhere.so.7'",
        "--object=SHARED | 1 | this is a shared library or an executable",
        "--library=SELF | 1 | this is an ELF file",
        "--repeat=1 | 1 | nobody defines nowhere_to_be_found",
      })
  void what_cannot_be_done_is_told_in_one_line(String option, int status, String message)
      throws Exception {
    String needy =
        object(
            "needy.o",
            "int nowhere_to_be_found(void); int f(void) { return nowhere_to_be_found(); }");
    String shared = System.getProperty("java.home") + "/lib/server/libjvm.so";
    ChildJvm.Outcome outcome =
        ChildJvm.commandLine(
            "run",
            "--object",
            needy,
            "--type=int()",
            option.replace("SHARED", shared).replace("SELF", needy));
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(status);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains(message).doesNotContain("Exception");
  }

  private String object(String name, String source) throws Exception {
    byte[] object = Toolchain.compileText("gcc", "-O1 -fno-builtin", ".c", source);
    return Files.write(directory.resolve(name), object).toString();
  }

  private static void assertPrints(String expected, String... arguments) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.commandLine(arguments);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo(expected);
    assertThat(outcome.status()).isZero();
  }
}
