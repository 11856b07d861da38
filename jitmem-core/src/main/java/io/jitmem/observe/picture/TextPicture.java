package io.jitmem.observe.picture;

import java.util.List;

/** Draws a heap with characters. */
final class TextPicture {
  private static final int MOST_ROWS = 48;
  private static final int MOST_BLOCKS = 32;
  private static final String PLAIN = "\u001b[0m";

  /** By the ordinal of the kind: blue, nothing, yellow, cyan, grey. */
  private static final String[] COLOURS = {
    "\u001b[34m", "", "\u001b[33m", "\u001b[36m", "\u001b[90m"
  };

  private final int width;
  private final Glyphs glyphs;
  private final boolean colours;
  private final StringBuilder text = new StringBuilder();

  TextPicture(int width, Glyphs glyphs, boolean colours) {
    this.width = width;
    this.glyphs = glyphs;
    this.colours = colours;
  }

  String draw(HeapSnapshot heap) {
    List<BlockSnapshot> shown =
        heap.blocks().subList(0, Math.min(MOST_BLOCKS, heap.blocks().size()));
    long cell = Scale.cellByteSize(shown, width - 2, MOST_ROWS);
    figures(heap.fragmentation(), heap.blocks().size());
    for (BlockSnapshot block : shown) {
      text.append('\n');
      line(Words.head(block));
      line("  " + Words.use(Fragmentation.of(block)));
      rows(block, Cell.of(block, cell));
    }
    rest(heap.blocks().subList(shown.size(), heap.blocks().size()));
    text.append('\n');
    line("one cell is " + Words.bytes(cell) + "; " + glyphs.legend());
    return text.toString();
  }

  private void figures(Fragmentation figures, int blocks) {
    line(Words.count(blocks, "block", "blocks") + ", " + Words.use(figures));
    line(Words.commitment(figures));
    line(Words.pieces(figures) + "; " + Words.external(figures));
  }

  private void rest(List<BlockSnapshot> left) {
    if (!left.isEmpty()) {
      text.append('\n');
      line(Words.more(left.size(), Fragmentation.of(left).reservedBytes()));
    }
  }

  private void rows(BlockSnapshot block, List<Cell> cells) {
    String edge = block.place().guardByteSize() > 0 ? glyphs.guard() : " ";
    for (int at = 0; at < cells.size(); at += width - 2) {
      int end = Math.min(cells.size(), at + width - 2);
      text.append(edge);
      row(cells.subList(at, end));
      text.append(edge.isBlank() ? "" : edge).append('\n');
    }
  }

  private void row(List<Cell> cells) {
    String colour = "";
    for (Cell cell : cells) {
      String wanted = colours ? COLOURS[cell.kind().index()] : "";
      if (!wanted.equals(colour)) {
        text.append(colour.isEmpty() ? "" : PLAIN).append(wanted);
        colour = wanted;
      }
      text.append(glyphs.of(cell));
    }
    text.append(colour.isEmpty() ? "" : PLAIN);
  }

  /** Breaks a line between words where it is too long. */
  private void line(String words) {
    String rest = words;
    while (rest.length() > width) {
      int blank = rest.lastIndexOf(' ', width);
      int end = blank > 2 ? blank : width;
      text.append(rest, 0, end).append('\n');
      rest = "  " + rest.substring(end).strip();
    }
    text.append(rest).append('\n');
  }
}
