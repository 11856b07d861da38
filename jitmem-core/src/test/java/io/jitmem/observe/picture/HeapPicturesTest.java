package io.jitmem.observe.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapPicturesTest {
  private static final String TITLE_OF_MARKUP = "<b>\"A&B\"</b>\u0001";

  /** 64 KiB: padding, two spans, a hole, a span, quarantine, pages given back, free. */
  private static BlockSnapshot block(long address, long guard) {
    return new BlockSnapshot.Builder(new BlockPlace(address, 64, false, guard))
        .add(AreaKind.PADDING, 1)
        .add(AreaKind.USED, 3)
        .add(AreaKind.USED, 4)
        .add(AreaKind.FREE, 8)
        .add(AreaKind.USED, 48)
        .add(AreaKind.HELD, 64)
        .add(AreaKind.PARKED, 128)
        .add(AreaKind.FREE, 768)
        .build(8 << 10);
  }

  private static HeapSnapshot heap() {
    return new HeapSnapshot(List.of(block(0x2_0000, 0), block(0x1_0000, 4096)));
  }

  @Test
  void blocks_are_sorted_by_address_without_sign() {
    HeapSnapshot heap = new HeapSnapshot(List.of(block(-65536, 0), block(0x1_0000, 0)));
    assertThat(heap.blocks())
        .extracting(block -> block.place().address())
        .containsExactly(0x1_0000L, -65536L);
  }

  @Test
  void figures_are_sums_and_the_largest_run() {
    assertThat(heap().fragmentation())
        .isEqualTo(
            new Fragmentation(
                2 << 16, 2 << 13, 6, 110 * 64, 128 * 64, 256 * 64, 128, 1552 * 64, 4, 768 * 64));
    assertThat(heap().fragmentation().external()).isEqualTo(1 - 768.0 / 1552);
  }

  @Test
  void neighbours_of_a_kind_are_one_area_unless_they_are_spans() {
    BlockSnapshot block =
        new BlockSnapshot.Builder(new BlockPlace(0, 64, false, 0))
            .add(AreaKind.FREE, 1)
            .add(AreaKind.FREE, 2)
            .add(AreaKind.USED, 1)
            .add(AreaKind.USED, 1)
            .build(0);
    assertThat(block.areas())
        .containsExactly(
            new Area(AreaKind.FREE, 0, 192),
            new Area(AreaKind.USED, 192, 64),
            new Area(AreaKind.USED, 256, 64));
  }

  @Test
  void a_block_without_areas_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockSnapshot.Builder(new BlockPlace(0, 64, false, 0)).build(0));
  }

  @Test
  void a_cell_shows_what_most_of_it_is_and_spans_by_quarters() {
    assertThat(Cell.of(block(0, 0), 1024).subList(0, 5))
        .containsExactly(
            new Cell(AreaKind.USED, 2),
            new Cell(AreaKind.USED, 4),
            new Cell(AreaKind.USED, 4),
            new Cell(AreaKind.USED, 4),
            new Cell(AreaKind.HELD, 0));
    assertThat(Cell.of(block(0, 0), 64 << 10)).containsExactly(new Cell(AreaKind.USED, 1));
  }

  @Test
  void text_shows_each_granule_where_there_is_room() {
    String text = new HeapSnapshot(List.of(block(0x1_0000, 4096))).toText(66, false, false);
    assertThat(text.lines())
        .contains(
            "0x10000  64 KiB  granule 64  guarded",
            "|o#######........################################################|",
            "|" + "x".repeat(64) + "|",
            "|" + "_".repeat(64) + "|",
            "|" + ".".repeat(64) + "|");
    assertThat(text).contains("3 spans, used 5.4% of 64 KiB", "free 48.5 KiB in 2 runs");
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 41, 80, 200, 1000})
  void text_is_never_wider_than_asked(int width) {
    assertThat(heap().toText(width, true, false).lines()).allMatch(line -> line.length() <= width);
  }

  @Test
  void text_has_colours_and_more_than_ascii_only_where_they_are_wanted() {
    assertThat(heap().toText(80, false, false)).matches("[\\x20-\\x7e\\n]+");
    assertThat(heap().toText(80, true, false))
        .contains("\u2588", "\u00d7")
        .doesNotContain("\u001b");
    String coloured = heap().toText(80, true, true);
    assertThat(coloured).contains("\u001b[34m");
    assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", ""))
        .isEqualTo(heap().toText(80, true, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 400, 2000, 10_000})
  void svg_is_well_formed_and_has_a_group_for_each_block(int width) {
    String svg = heap().toSvg(width);
    assertWellFormed(svg);
    assertThat(svg).startsWith("<svg ").contains(" width=\"" + width + "\"", "role=\"img\"");
    assertThat(texts(svg, "title")).hasSize(3).first().isEqualTo("Executable memory");
    assertThat(texts(svg, "desc").getFirst()).contains("2 blocks, 6 spans");
    assertThat(svg.split("<g class=\"block\">", -1)).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 400, 2000})
  void svg_keeps_everything_within_its_width(int width) {
    String svg = heap().toSvg(width);
    Matcher texts = Pattern.compile("<text x=\"([0-9]+)\"[^>]*>([^<]*)<").matcher(svg);
    int count = 0;
    for (; texts.find(); count++) {
      double end = Integer.parseInt(texts.group(1)) + 7.3 * texts.group(2).length();
      assertThat(end).as(texts.group(2)).isLessThanOrEqualTo(width);
    }
    assertThat(count).isGreaterThan(10);
    Matcher boxes =
        Pattern.compile("<rect x=\"([0-9]+)\" y=\"[0-9]+\" width=\"([0-9]+)\"").matcher(svg);
    while (boxes.find()) {
      assertThat(Integer.parseInt(boxes.group(1)) + Integer.parseInt(boxes.group(2)))
          .isLessThanOrEqualTo(width);
    }
  }

  @Test
  void svg_has_fewer_columns_where_it_is_narrow() {
    assertThat(height(heap().toSvg(400))).isGreaterThan(height(heap().toSvg(2000)));
  }

  @Test
  void pictures_of_equal_heaps_are_equal() {
    assertThat(heap().toSvg(800)).isEqualTo(heap().toSvg(800));
    assertThat(heap().toText(80, true, true)).isEqualTo(heap().toText(80, true, true));
  }

  @Test
  void a_gib_of_small_spans_gives_a_bounded_picture() {
    BlockSnapshot.Builder block = new BlockSnapshot.Builder(new BlockPlace(1L << 40, 64, false, 0));
    for (int i = 0; i < 1 << 21; i++) {
      block.add(AreaKind.USED, 1 + i % 3).add(AreaKind.FREE, 7 - i % 3);
    }
    HeapSnapshot heap = new HeapSnapshot(List.of(block.build(1 << 30)));
    assertThat(heap.fragmentation().reservedBytes()).isEqualTo(1L << 30);
    assertThat(heap.toSvg(2000).length()).isLessThan(1 << 20);
    assertThat(heap.toText(80, true, false).lines()).hasSizeLessThan(100);
  }

  @Test
  void of_very_many_blocks_some_are_drawn_and_the_rest_is_counted() {
    List<BlockSnapshot> many = new ArrayList<>();
    for (int i = 1; i <= 1000; i++) {
      many.add(block((long) i << 16, 0));
    }
    HeapSnapshot heap = new HeapSnapshot(many);
    assertThat(heap.toSvg(2000)).contains("and 936 blocks with 58.5 MiB, not drawn");
    assertThat(heap.toText(80, false, false)).contains("and 968 blocks with 60.5 MiB, not drawn");
  }

  @Test
  void a_strip_titles_its_moments_and_escapes_what_they_are_called() {
    HeapStrip strip =
        new HeapStrip(
            List.of(
                new HeapStrip.Frame(TITLE_OF_MARKUP, heap()),
                new HeapStrip.Frame("later", new HeapSnapshot(List.of()))));
    String svg = strip.toSvg(2000);
    assertWellFormed(svg);
    assertThat(texts(svg, "text"))
        .anyMatch(text -> text.startsWith("&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;?: 6"));
    assertThat(texts(svg, "text")).anyMatch(text -> text.startsWith("later: 0 spans"));
    assertThat(svg.split("<g class=", -1)).hasSize(3);
  }

  @Test
  void a_heap_without_blocks_can_be_drawn() {
    HeapSnapshot none = new HeapSnapshot(List.of());
    assertThat(none.toText(80, true, false)).contains("0 blocks, 0 spans, used 0.0% of 0 B");
    assertThat(texts(none.toSvg(400), "text")).contains("external fragmentation 0.0%");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 319, 10_001})
  void other_widths_are_refused(int width) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> heap().toSvg(width))
        .withMessage("a picture is 320 to 10000 wide, not " + width);
  }

  /** Every element is closed in its turn, and no character stands for markup by mistake. */
  private static void assertWellFormed(String svg) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tags = Pattern.compile("<(/?)([a-z]+)((?: [a-zA-Z-]+=\"[^<\"]*\")*)(/?)>").matcher(svg);
    int end = 0;
    while (tags.find()) {
      assertThat(svg.substring(end, tags.start())).doesNotContain("<", ">");
      end = tags.end();
      if (!tags.group(1).isEmpty()) {
        assertThat(open.pop()).isEqualTo(tags.group(2));
      } else if (tags.group(4).isEmpty()) {
        open.push(tags.group(2));
      }
    }
    assertThat(open).isEmpty();
    assertThat(svg.substring(end)).isBlank();
    assertThat(svg.replaceAll("&(lt|gt|amp|quot);", "")).doesNotContain("&");
  }

  private static List<String> texts(String svg, String tag) {
    Matcher elements = Pattern.compile("<" + tag + "(?: [^>]*)?>([^<]*)<").matcher(svg);
    return elements.results().map(found -> found.group(1)).toList();
  }

  private static int height(String svg) {
    return Integer.parseInt(svg.replaceAll("(?s).*? height=\"([0-9]+)\".*", "$1"));
  }
}
