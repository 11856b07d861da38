package io.jitmem.tool.top;

import io.jitmem.tool.command.Paragraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What of samples stands where on a screen. */
final class ScreenLayout {
  private static final int LABEL_WIDTH = 14;
  private static final int CELL_WIDTH = 28;
  private static final int GAP = 2;
  private static final int MAX_BAR = 60;
  private static final int MAX_REFUSAL_LINES = 3;

  private final ScreenLook look;
  private final List<String> lines = new ArrayList<>();

  private ScreenLayout(ScreenLook look) {
    this.look = look;
  }

  /** The lines of one moment, none of them longer than the screen is wide, nor too many. */
  static List<String> lines(ScreenLook look, String title, double seconds, List<Sample> samples) {
    ScreenLayout layout = new ScreenLayout(look);
    layout.heading(title, String.format(Locale.ROOT, "%,.1f s", seconds));
    if (samples.isEmpty()) {
      layout.lines.add("");
      layout.lines.add(OneLine.cut("nothing is known yet", look.width()));
    }
    for (Sample sample : samples) {
      layout.section(sample, samples.size() > 1);
    }
    return layout.fitting();
  }

  private void heading(String title, String time) {
    String left = OneLine.cut("jitmem top  " + OneLine.of(title), look.width() - time.length() - 1);
    int blanks = Math.max(1, look.width() - left.length() - time.length());
    lines.add(
        look.bold(left) + OneLine.cut(" ".repeat(blanks) + time, look.width() - left.length()));
    lines.add(OneLine.cut("q and Enter ends it, and Ctrl-C", look.width()));
  }

  private void section(Sample sample, boolean named) {
    String name = named ? OneLine.of(sample.allocator()) + "  " : "";
    String strategy = sample.strategy().isEmpty() ? Sample.UNKNOWN : sample.strategy();
    lines.add("");
    lines.add(look.bold(OneLine.cut(name + "strategy " + OneLine.of(strategy), look.width())));
    pressure(sample);
    grid(sample);
    refusal(sample.refusal());
  }

  private void pressure(Sample sample) {
    String shown = sample.shown(Figure.PRESSURE);
    String start = label(Figure.PRESSURE.label());
    Double pressure = sample.value(Figure.PRESSURE);
    int room = look.width() - start.length() - shown.length() - 1;
    if (pressure != null && room > 0) {
      lines.add(start + look.bar(Math.min(room, MAX_BAR), pressure) + " " + shown);
    } else {
      lines.add(OneLine.cut(start + shown, look.width()));
    }
  }

  /** As many figures beside each other as fit. */
  private void grid(Sample sample) {
    int columns = Math.max(1, (look.width() + GAP) / (CELL_WIDTH + GAP));
    StringBuilder line = new StringBuilder();
    int column = 0;
    for (Figure figure : Figure.values()) {
      if (figure != Figure.PRESSURE) {
        line.append(column == 0 ? "" : " ".repeat(GAP)).append(cell(figure, sample));
        column = (column + 1) % columns;
        if (column == 0) {
          flush(line);
        }
      }
    }
    flush(line);
  }

  private static String cell(Figure figure, Sample sample) {
    return label(figure.label())
        + String.format(Locale.ROOT, "%" + (CELL_WIDTH - LABEL_WIDTH) + "s", sample.shown(figure));
  }

  private static String label(String text) {
    return text + " ".repeat(Math.max(1, LABEL_WIDTH - text.length()));
  }

  private void flush(StringBuilder line) {
    if (!line.isEmpty()) {
      lines.add(OneLine.cut(line.toString(), look.width()));
      line.setLength(0);
    }
  }

  private void refusal(String reason) {
    if (!reason.isEmpty()) {
      List<String> words = Paragraph.wrap("last refusal: " + OneLine.of(reason), look.width());
      for (String line : words.subList(0, Math.min(words.size(), MAX_REFUSAL_LINES))) {
        lines.add(OneLine.cut(line, look.width()));
      }
    }
  }

  /** A line more than fits would scroll the screen, and all of it would move. */
  private List<String> fitting() {
    int most = look.height() - 1;
    if (lines.size() <= most) {
      return lines;
    }
    List<String> fitting = new ArrayList<>(lines.subList(0, most - 1));
    fitting.add(OneLine.cut("more does not fit; --plain shows all", look.width()));
    return fitting;
  }
}
