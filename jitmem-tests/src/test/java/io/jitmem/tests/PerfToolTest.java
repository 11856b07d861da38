package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What perf itself says of generated code. */
class PerfToolTest {
  private static final String NESTED =
      """
      __attribute__((noinline)) long leaf(long n) {
        volatile long i;
        for (i = 0; i < n; i++) {}
        return i;
      }
      __attribute__((noinline)) long middle(long n) {
        volatile char room[200];
        room[n & 7] = 1;
        return leaf(n) + room[n & 7];
      }
      long top(long n) {
        volatile char room[400];
        room[n & 7] = 2;
        return middle(n) + room[n & 7];
      }
      """;

  @TempDir Path directory;

  @BeforeEach
  void needs_a_perf_that_may_record() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "the functions are x86-64's");
    ChildJvm.Outcome tried = perfOrAbsent("record", "-e", "cpu-clock", "-o", "try", "--", "true");
    assumeTrue(tried.status() == 0, "perf cannot record here: " + tried.err());
  }

  @Test
  void the_report_names_functions_by_the_map_with_their_shares() throws Exception {
    record("map");

    String report = perf("report", "--stdio", "-i", "perf.data").out();

    assertThat(share(report, "generated_three") / share(report, "generated_six"))
        .isCloseTo(0.5, within(0.12));
    assertThat(share(report, "generated_\u00fcne") / share(report, "generated_six"))
        .isCloseTo(1 / 6.0, within(0.06));
  }

  @Test
  void the_report_names_functions_by_the_dump_even_two_in_the_same_memory() throws Exception {
    record("jitdump");

    perf("inject", "--jit", "-i", "perf.data", "-o", "jitted.data");
    String report = perf("report", "--stdio", "-i", "jitted.data").out();

    double six = share(report, "generated_six");
    assertThat(share(report, "generated_three") / six).isCloseTo(0.5, within(0.12));
    assertThat(share(report, "generated_\u00fcne") / six).isCloseTo(1 / 6.0, within(0.06));
    assertThat(share(report, "generated_early") / six).isCloseTo(2 / 6.0, within(0.1));
    assertThat(share(report, "generated_late") / six).isCloseTo(4 / 6.0, within(0.15));
  }

  @Test
  void the_files_that_perf_makes_of_the_dump_have_the_frames_of_compiled_functions()
      throws Exception {
    Toolchain.assumeInstalled("gcc");
    Toolchain.assumeInstalled("readelf");
    String options = "-O2 -fomit-frame-pointer -fasynchronous-unwind-tables";
    byte[] object = Toolchain.compileText("gcc", options, ".c", NESTED);
    Files.write(directory.resolve("top.o"), object);
    String child = record("jitdump", PerfFramesChild.class, "top.o").out();
    assertThat(child).contains(" true");

    perf("inject", "--jit", "-i", "perf.data", "-o", "jitted.data");
    assertThat(share(perf("report", "--stdio", "-i", "jitted.data").out(), "leaf")).isPositive();
    String number = child.substring(0, child.indexOf(' '));
    for (int i = 0; i < 3; i++) {
      assertFrames(directory.resolve("jitted-" + number + "-" + i + ".so").toString());
    }
  }

  /** A function of its own, all of which its one record is about, found by the table, too. */
  private static void assertFrames(String file) throws Exception {
    String sections = readelf("-SW", file);
    Matcher text = find("\\.text +PROGBITS +(\\w+) \\w+ (\\w+)", sections);
    long start = Long.parseLong(text.group(1), 16);
    long end = start + Long.parseLong(text.group(2), 16);
    String frames = readelf("--debug-dump=frames", file);
    Matcher record = find("FDE cie=0+ pc=(\\w+)\\.\\.(\\w+)", frames);
    assertThat(Long.parseLong(record.group(1), 16)).isEqualTo(start);
    assertThat(Long.parseLong(record.group(2), 16)).isEqualTo(end);
    assertThat(frames).contains("ZERO terminator");
    Matcher header = find("\\.eh_frame_hdr +PROGBITS +(\\w+) (\\w+)", sections);
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(Path.of(file))).order(ByteOrder.LITTLE_ENDIAN);
    int at = Integer.parseInt(header.group(2), 16);
    long address = Long.parseLong(header.group(1), 16);
    assertThat(bytes.getInt(at)).isEqualTo(0x3b031b01);
    assertThat(bytes.getInt(at + 8)).isOne();
    assertThat(address + bytes.getInt(at + 12)).isEqualTo(start);
  }

  private static Matcher find(String pattern, String text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return matcher;
  }

  private static String readelf(String what, String file) throws Exception {
    ChildJvm.Outcome outcome = ChildJvm.run("", List.of("readelf", what, file));
    assertThat(outcome.err()).isEmpty();
    return outcome.out();
  }

  private void record(String form) throws Exception {
    assertThat(record(form, PerfChild.class).out()).contains("reused true");
  }

  private ChildJvm.Outcome record(String form, Class<?> child, String... arguments)
      throws Exception {
    Stream<String> command =
        Stream.of(
            "record",
            "-k",
            "mono",
            "-e",
            "cpu-clock",
            "-F",
            "1999",
            "-o",
            "perf.data",
            "--",
            ChildJvm.java(),
            "-Djitmem.perf=" + form,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            child.getName());
    ChildJvm.Outcome outcome =
        perf(Stream.concat(command, Stream.of(arguments)).toArray(String[]::new));
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome;
  }

  private static double share(String report, String function) {
    Matcher line =
        Pattern.compile("(?m)^\\s*([0-9.]+)%.*\\b?" + function + "\\s*$").matcher(report);
    assertThat(line.find()).as("%s in %s", function, report).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private ChildJvm.Outcome perf(String... arguments) throws Exception {
    ChildJvm.Outcome outcome = perfOrAbsent(arguments);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome;
  }

  /** In the test's directory, where dumps go, too; the status is the shell's 127 without perf. */
  private ChildJvm.Outcome perfOrAbsent(String... arguments) throws Exception {
    List<String> shell =
        List.of("sh", "-c", "cd \"$1\" && shift && JITDUMPDIR=$PWD exec perf \"$@\"", "sh");
    Stream<String> tail = Stream.concat(Stream.of(directory.toString()), Stream.of(arguments));
    return ChildJvm.run("", Stream.concat(shell.stream(), tail).toList());
  }
}
