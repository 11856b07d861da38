package io.jitmem.tool.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.tool.FakeTerminal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewsTest {
  private static final String REASON =
      "no room for a span of 512 bytes: the allocator may have 65536";

  private final FakeTerminal terminal = new FakeTerminal();

  @Test
  void lines_have_a_word_below_each_word_of_the_header() {
    try (View view = new PlainView(terminal)) {
      view.show(1, List.of(sample("of a query"), unknown()));
      view.show(2.04, List.of(sample("other")));
    }
    List<String> lines = terminal.output().lines().toList();
    assertThat(lines).hasSize(4);
    List<String> header = words(lines.get(0));
    assertThat(header).hasSize(Figure.values().length + 4).endsWith("last-refusal");
    assertThat(words(lines.get(1)).subList(0, header.size() - 1))
        .containsExactly(
            "1.0",
            "of_a_query",
            "DUAL",
            "3",
            "1000",
            "1536",
            "65536",
            "65536",
            "0",
            "25.0",
            "1235",
            "1235",
            "1235",
            "7",
            "75.0");
    assertThat(lines.get(1)).endsWith("  " + REASON);
    assertThat(words(lines.get(2)).subList(3, header.size())).containsOnly("-");
    assertThat(words(lines.get(3))).startsWith("2.0", "other");
  }

  @Test
  void figures_stand_below_the_ends_of_their_headings() {
    new PlainView(terminal).show(1, List.of(sample("a")));
    List<String> lines = terminal.output().lines().toList();
    int end = lines.get(0).indexOf("press%") + "press%".length();
    assertThat(lines.get(1).substring(0, end)).endsWith(" 75.0");
  }

  @Test
  void an_object_has_every_key_and_null_for_what_is_not_known() {
    new JsonView(terminal).show(1.5, List.of(unknown()));
    assertThat(terminal.output())
        .isEqualTo(
            "{\"seconds\": 1.500, \"allocator\": \"b\", \"strategy\": null, \"blocks\": null,"
                + " \"spans\": null, \"usedBytes\": null, \"reservedBytes\": null,"
                + " \"committedBytes\": null, \"heldBytes\": null, \"fragmentation\": null,"
                + " \"allocationsPerSecond\": null, \"releasesPerSecond\": null,"
                + " \"publicationsPerSecond\": null, \"refusals\": null, \"pressure\": null,"
                + " \"lastRefusal\": null}\n");
  }

  @Test
  void an_object_has_exact_bytes_and_parts_of_one() {
    new JsonView(terminal).show(2, List.of(sample("a")));
    assertThat(terminal.output())
        .contains("\"usedBytes\": 1536,", "\"pressure\": 0.7500,", "PerSecond\": 1234.6,");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 40, 80, 200})
  void no_line_of_a_screen_is_longer_than_it_is_wide(int width) {
    List<String> lines = drawn(new ScreenLook(width, 24, false, false), sample("a"));
    assertThat(lines).allMatch(line -> line.length() <= width).hasSizeLessThan(24);
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 200})
  void a_screen_shows_every_figure(int width) {
    String all = String.join("\n", drawn(new ScreenLook(width, 24, false, false), sample("a")));
    assertThat(Arrays.stream(Figure.values()).map(Figure::label)).allMatch(all::contains);
    assertThat(all).contains("1,000", "1.5 KiB", "25.0 %", "1,235", "75.0 %", "no room", "DUAL");
  }

  @Test
  void a_wider_screen_has_more_figures_beside_each_other() {
    int narrow = drawn(new ScreenLook(40, 24, false, false), sample("a")).size();
    int wide = drawn(new ScreenLook(200, 24, false, false), sample("a")).size();
    assertThat(wide).isLessThan(narrow - 8);
  }

  @Test
  void what_does_not_fit_is_told() {
    List<Sample> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(sample("number" + i));
    }
    ScreenLook look = new ScreenLook(80, 24, false, false);
    List<String> lines = ScreenLayout.lines(look, "t", 1, many);
    assertThat(lines).hasSize(23).endsWith("more does not fit; --plain shows all");
    assertThat(lines).anyMatch(line -> line.startsWith("number0  strategy DUAL"));
  }

  @Test
  void a_bar_is_as_full_as_its_ratio_and_coloured_where_colours_are_wanted() {
    assertThat(new ScreenLook(80, 24, false, false).bar(8, 0.75)).isEqualTo("######..");
    assertThat(new ScreenLook(80, 24, true, false).bar(4, 2)).isEqualTo("████");
    assertThat(new ScreenLook(80, 24, false, true).bar(4, 0.5))
        .isEqualTo("\u001b[32m##\u001b[0m..");
  }

  @Test
  void a_screen_is_taken_once_drawn_over_and_given_back_once() {
    terminal.withPerson().withVariable("NO_COLOR", "1").withVariable("COLUMNS", "40");
    View view = new ScreenView(terminal, "churn");
    view.show(1, List.of(sample("a")));
    view.close();
    view.close();
    view.show(2, List.of(sample("late")));
    String output = terminal.output();
    assertThat(output)
        .startsWith("\u001b[?25l\u001b[?7l\u001b[2J")
        .endsWith("\u001b[?7h\u001b[?25h");
    assertThat(output).containsOnlyOnce("\u001b[?25l").containsOnlyOnce("\u001b[?25h");
    assertThat(output).doesNotContain("late", "\u001b[1m");
    assertThat(output.split("\u001b\\[H", -1)).hasSize(3);
  }

  @Test
  void what_an_allocator_is_called_cannot_steer_the_terminal() {
    List<String> lines =
        ScreenLayout.lines(
            new ScreenLook(80, 24, false, false),
            "churn",
            1,
            List.of(sample("\u001b[31mred\n"), unknown()));
    assertThat(String.join("", lines)).doesNotContain("\u001b", "\n");
    new PlainView(terminal).show(1, List.of(sample("\u001b[31mred\n")));
    assertThat(terminal.output()).doesNotContain("\u001b").contains(" [31mred ");
  }

  private static List<String> drawn(ScreenLook look, Sample sample) {
    return ScreenLayout.lines(look, "churn", 12.5, List.of(sample));
  }

  private static Sample sample(String name) {
    Map<Figure, Double> values = new EnumMap<>(Figure.class);
    values.put(Figure.BLOCKS, 3.0);
    values.put(Figure.SPANS, 1000.0);
    values.put(Figure.USED, 1536.0);
    values.put(Figure.RESERVED, 65536.0);
    values.put(Figure.COMMITTED, 65536.0);
    values.put(Figure.HELD, 0.0);
    values.put(Figure.FRAGMENTATION, 0.25);
    values.put(Figure.ALLOCATIONS, 1234.56);
    values.put(Figure.RELEASES, 1234.56);
    values.put(Figure.PUBLICATIONS, 1234.56);
    values.put(Figure.REFUSALS, 7.0);
    values.put(Figure.PRESSURE, 0.75);
    return new Sample(name, "DUAL", REASON, values);
  }

  private static Sample unknown() {
    return new Sample("b", "", "", Map.of());
  }

  private static List<String> words(String line) {
    return List.of(line.strip().split(" +"));
  }
}
