package io.jitmem.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.allocator.WriteStrategy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** That the workloads are those of the peer; the numbers here were printed by its C++. */
class AllocatorWorkloadsTest {
  private static final int LIVE = 200;

  @TempDir Path directory;

  @Test
  void random_numbers_are_those_of_the_peer() {
    assertThat(numbers(0, 10))
        .containsExactly(
            3692787630L,
            1693511353L,
            2064109201L,
            811533580L,
            753604320L,
            2534415822L,
            2597511492L,
            3651828014L,
            3718925957L,
            2408491475L);
    assertThat(numbers(3, 3)).containsExactly(3692787604L, 4106929359L, 2448183221L);
  }

  @Test
  void random_sizes_are_those_of_the_peer() {
    SpanSizes sizes = new SpanSizes(new XorShift(0), SizeTrace.NONE);
    assertThat(LongStream.range(0, 10).map(i -> sizes.next()))
        .containsExactly(950L, 705L, 665L, 276L, 744L, 470L, 332L, 310L, 653L, 475L);
  }

  @Test
  void sizes_of_a_trace_come_in_order_and_over_again_and_take_no_random_number() throws Exception {
    Path file = Files.writeString(directory.resolve("trace"), "8\n16\n4096\n");
    XorShift random = new XorShift(0);
    SpanSizes sizes = new SpanSizes(random, SizeTrace.read(file));
    assertThat(LongStream.range(0, 5).map(i -> sizes.next()))
        .containsExactly(8L, 16L, 4096L, 8L, 16L);
    assertThat(random.next()).isEqualTo(3692787630L);
  }

  @Test
  void a_trace_that_is_none_is_refused() throws Exception {
    Path missing = directory.resolve("missing");
    Path empty = Files.writeString(directory.resolve("empty"), "\n");
    Path words = Files.writeString(directory.resolve("words"), "8\nfour\n");
    for (Path file : List.of(missing, empty, words)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SizeTrace.read(file))
          .withMessageContaining(file.toString());
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has a backend that runs here")
  void each_workload_gives_its_rows() {
    Rows rows = new Rows();
    new SequentialWorkload(WriteStrategy.DUAL, SizeTrace.NONE).repeat(LIVE, rows);
    new PublishWorkload().repeat(LIVE, rows);
    new SharedWorkload(WriteStrategy.DUAL, SizeTrace.NONE, 2).repeat(LIVE, rows);
    assertThat(rows.keys().stream().map(RowKey::workload))
        .containsExactly(
            "fresh",
            "release-in-order",
            "release-random-half",
            "refill-half",
            "churn-pair",
            "allocate-release",
            "allocate-release-filled",
            "publish-filled-direct",
            "publish-filled-dual",
            "publish-direct",
            "publish-dual",
            "publish-reused-direct",
            "publish-reused-dual",
            "publish-scope-dual",
            "churn-pair-shared");
    assertThat(rows.keys()).allMatch(key -> key.live() == LIVE);
    assertThat(rows.lines()).hasSize(16).last().asString().startsWith("# used/reserved");
  }

  @Test
  void what_is_printed_can_be_read_back_and_the_least_counts() {
    Rows rows = new Rows();
    rows.noteLines(
        7, List.of("fresh\t7\t1\t30.5", "# used/reserved after fresh 0.5", "fresh\t7\t1\t40.0"));
    assertThat(rows.lines())
        .containsExactly("fresh\t7\t1\t30.5", "# used/reserved after fresh 0.5");
  }

  @Test
  void a_comparison_shows_ratios_and_what_has_none() {
    Rows asmjit = new Rows();
    asmjit.note(new RowKey("fresh", 1000, 1), 20);
    Rows jitmem = new Rows();
    jitmem.note(new RowKey("fresh", 1000, 1), 30);
    jitmem.note(new RowKey("fresh", 1_000_000, 1), 50);
    Comparison comparison = Comparison.of(asmjit, jitmem);
    assertThat(comparison.tsv())
        .containsExactly(
            "workload\tlive\tthreads\tasmjit_ns\tjitmem_ns\tratio",
            "fresh\t1000\t1\t20.0\t30.0\t1.50",
            "fresh\t1000000\t1\t-\t50.0\t-");
    assertThat(comparison.table()).allMatch(line -> line.length() == 73);
    assertThat(new ComparisonPlot(comparison).svg())
        .contains("1,000,000 live", ">1.50<")
        .endsWith("</svg>\n");
  }

  @Test
  void wrong_arguments_are_refused_with_what_is_right() {
    for (String text : List.of("", "1", "-5", "1e3", "999999999999", "9999999999999999")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Arguments.live(text))
          .withMessage("LIVE is a whole number from 2 to 100000000, not '" + text + "'");
    }
    Arguments arguments = new Arguments(new String[] {"--fast", "--sizes"});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> arguments.takeOption("--sizes"))
        .withMessage("--sizes wants a value");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Arguments(new String[] {"--fast"}).positional(1))
        .withMessage("there is no option --fast");
  }

  private static List<Long> numbers(int thread, int count) {
    XorShift random = new XorShift(thread);
    return IntStream.range(0, count).mapToObj(i -> random.next()).toList();
  }
}
