package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

  private void record(String form) throws Exception {
    ChildJvm.Outcome outcome =
        perfOrAbsent(
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
            PerfChild.class.getName());
    assertThat(outcome.out()).as(outcome.err()).contains("reused true");
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
