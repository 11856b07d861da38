package io.jitmem.observe.picture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws panels, in as many columns as the width has room for, with figures above and a legend. */
final class SvgPicture {
  private static final int MARGIN = 12;
  private static final int LINE = 17;
  private static final int CELL = 8;
  private static final int GUARD = 4;
  private static final int PANEL_WIDTH = 480;
  private static final int MOST_PANELS_A_ROW = 4;
  private static final int MOST_COLUMNS = 240;
  private static final int MOST_BLOCKS = 64;
  private static final int MOST_ROWS = 128;

  /** Text of 12 px in a font of fixed width; what is wider than its place is broken. */
  private static final double CHARACTER_WIDTH = 7.3;

  /** Blocks that belong together, under a title if it is not empty. */
  private record Panel(String title, List<BlockSnapshot> blocks) {}

  private final SvgText svg = new SvgText();
  private final int width;
  private final int panelsARow;
  private final int panelWidth;
  private int y = MARGIN;
  private long cellByteSize;

  private SvgPicture(int width, int panels) {
    this.width = width;
    panelsARow = Math.clamp(Math.min(panels, width / PANEL_WIDTH), 1, MOST_PANELS_A_ROW);
    panelWidth = (width - MARGIN) / panelsARow - MARGIN;
  }

  static String of(HeapSnapshot heap, int width) {
    List<Panel> panels = new ArrayList<>();
    for (BlockSnapshot block : shown(heap, MOST_BLOCKS)) {
      panels.add(new Panel("", List.of(block)));
    }
    int left = heap.blocks().size() - panels.size();
    List<String> lines = new ArrayList<>(summary(heap));
    if (left > 0) {
      List<BlockSnapshot> rest = heap.blocks().subList(panels.size(), heap.blocks().size());
      lines.add(Words.more(left, Fragmentation.of(rest).reservedBytes()));
    }
    return new SvgPicture(width, panels.size()).draw("Executable memory", lines, panels);
  }

  static String of(HeapStrip strip, int width) {
    int mostBlocks = Math.max(4, 2 * MOST_BLOCKS / strip.frames().size());
    List<Panel> panels = new ArrayList<>();
    for (HeapStrip.Frame frame : strip.frames()) {
      Fragmentation figures = frame.heap().fragmentation();
      int left = frame.heap().blocks().size() - mostBlocks;
      String title =
          "%s: %s; %s%s"
              .formatted(
                  frame.title(),
                  Words.use(figures),
                  Words.external(figures),
                  left > 0 ? "; " + left + " more blocks" : "");
      panels.add(new Panel(title, shown(frame.heap(), mostBlocks)));
    }
    List<String> lines = new ArrayList<>(List.of(panels.size() + " moments; the last:"));
    lines.addAll(summary(strip.frames().getLast().heap()));
    return new SvgPicture(width, panels.size()).draw("Executable memory over time", lines, panels);
  }

  private static List<BlockSnapshot> shown(HeapSnapshot heap, int most) {
    return heap.blocks().subList(0, Math.min(most, heap.blocks().size()));
  }

  private static List<String> summary(HeapSnapshot heap) {
    Fragmentation figures = heap.fragmentation();
    return List.of(
        Words.count(heap.blocks().size(), "block", "blocks") + ", " + Words.use(figures),
        Words.commitment(figures),
        Words.pieces(figures),
        Words.external(figures));
  }

  private String draw(String title, List<String> lines, List<Panel> panels) {
    List<BlockSnapshot> all = panels.stream().flatMap(panel -> panel.blocks().stream()).toList();
    cellByteSize = Scale.cellByteSize(all, columns(), MOST_ROWS);
    y += svg.text(MARGIN, y, "title", title, LINE + 4);
    for (String line : lines) {
      y = wrapped(MARGIN, y, width - 2 * MARGIN, "", line);
    }
    legend(all);
    for (int first = 0; first < panels.size(); first += panelsARow) {
      row(panels.subList(first, Math.min(panels.size(), first + panelsARow)));
    }
    return svg.document(width, y + MARGIN, title, String.join("; ", lines));
  }

  private void row(List<Panel> panels) {
    int top = y + MARGIN;
    for (int i = 0; i < panels.size(); i++) {
      y = Math.max(y, panel(panels.get(i), MARGIN + i * (panelWidth + MARGIN), top));
    }
  }

  private int panel(Panel panel, int x, int top) {
    int at = panel.title().isEmpty() ? top : wrapped(x, top, panelWidth, "bold", panel.title());
    for (BlockSnapshot block : panel.blocks()) {
      at = block(block, x, at) + LINE / 2;
    }
    return at;
  }

  private int block(BlockSnapshot block, int x, int top) {
    Fragmentation figures = Fragmentation.of(block);
    int at = wrapped(x, top, panelWidth, "bold", Words.head(block));
    at = wrapped(x, at, panelWidth, "", Words.use(figures));
    at = wrapped(x, at, panelWidth, "", Words.pieces(figures)) + 3;
    List<Cell> cells = Cell.of(block, cellByteSize);
    svg.open(Words.head(block));
    Map<Cell, StringBuilder> paths = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); ) {
      int end = endOfEqual(cells, i);
      paths
          .computeIfAbsent(cells.get(i), cell -> new StringBuilder())
          .append(box(x + GUARD + i % columns() * CELL, at + i / columns() * CELL, end - i));
      i = end;
    }
    int unit = block.place().granuleByteSize();
    paths.forEach((cell, path) -> svg.path(path, Look.fill(cell, unit)));
    int rows = (cells.size() + columns() - 1) / columns();
    frame(block, x + GUARD, at, Math.min(cells.size(), columns()) * CELL, rows * CELL);
    svg.close();
    return at + rows * CELL;
  }

  /** Equal cells of one row are one box. */
  private int endOfEqual(List<Cell> cells, int from) {
    int limit = Math.min(cells.size(), (from / columns() + 1) * columns());
    int end = from + 1;
    while (end < limit && cells.get(end).equals(cells.get(from))) {
      end++;
    }
    return end;
  }

  private static String box(int x, int y, int cells) {
    int length = cells * CELL;
    return "M" + x + " " + y + "h" + length + "v" + (CELL - 1) + "h-" + length + "z";
  }

  private void frame(BlockSnapshot block, int x, int top, int length, int height) {
    if (block.place().guardByteSize() > 0) {
      svg.box(x - GUARD, top, GUARD, height, "#000000");
      svg.box(x + length, top, GUARD, height, "#000000");
    }
    svg.outline(x, top, length, height);
  }

  private int columns() {
    return Math.min(MOST_COLUMNS, (panelWidth - 2 * GUARD) / CELL);
  }

  private void legend(List<BlockSnapshot> blocks) {
    int x = MARGIN;
    y += LINE / 2;
    x = levels(x, blocks);
    for (AreaKind kind : AreaKind.values()) {
      if (kind != AreaKind.USED) {
        x = entry(x, kind.words(), Look.fill(new Cell(kind, 0), 64));
      }
    }
    if (blocks.stream().anyMatch(block -> block.place().guardByteSize() > 0)) {
      entry(x, "guard pages", "#000000");
    }
    y =
        wrapped(
            MARGIN,
            y + LINE + 2,
            width - 2 * MARGIN,
            "",
            "one cell is " + Words.bytes(cellByteSize));
  }

  private int levels(int from, List<BlockSnapshot> blocks) {
    int x = from;
    for (int unit :
        blocks.stream().mapToInt(b -> b.place().granuleByteSize()).distinct().sorted().toArray()) {
      for (int level = 1; level <= Cell.LEVELS; level++) {
        String share = "used " + (level == 1 ? "to " : "") + 25 * level + "%";
        String words = level == 1 ? share + " (granule " + unit + ")" : 25 * level + "%";
        x = entry(x, words, Look.fill(new Cell(AreaKind.USED, level), unit));
      }
    }
    return x;
  }

  private int entry(int from, String words, String fill) {
    int length = 20 + (int) Math.ceil(words.length() * CHARACTER_WIDTH) + MARGIN;
    boolean fits = from + length <= width;
    int x = fits ? from : MARGIN;
    y += fits ? 0 : LINE + 2;
    svg.box(x, y, 14, 13, fill);
    svg.outline(x, y, 14, 13);
    svg.text(x + 20, y, "", words, LINE);
    return x + length;
  }

  private int wrapped(int x, int top, int room, String kind, String words) {
    int most = (int) (room / CHARACTER_WIDTH);
    int at = top;
    String rest = words;
    while (rest.length() > most) {
      int blank = rest.lastIndexOf(' ', most);
      int end = blank > 0 ? blank : most;
      at += svg.text(x, at, kind, rest.substring(0, end), LINE);
      rest = rest.substring(end).strip();
    }
    return at + svg.text(x, at, kind, rest, LINE);
  }
}
