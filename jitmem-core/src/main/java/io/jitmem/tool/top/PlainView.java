package io.jitmem.tool.top;

import io.jitmem.tool.command.Terminal;
import java.util.List;
import java.util.Locale;

/** A line of fixed columns for each sample, below a header; no word of it has a blank inside. */
final class PlainView implements View {
  private static final int NAME_WIDTH = 16;
  private static final int STRATEGY_WIDTH = 8;
  private static final int FIGURE_WIDTH = 11;

  private final Terminal terminal;
  private boolean headed;

  PlainView(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public synchronized void show(double seconds, List<Sample> samples) {
    StringBuilder lines = new StringBuilder();
    if (!headed && !samples.isEmpty()) {
      lines.append(header()).append('\n');
      headed = true;
    }
    for (Sample sample : samples) {
      lines.append(line(seconds, sample)).append('\n');
    }
    terminal.out().print(lines);
    terminal.out().flush();
  }

  private static String header() {
    StringBuilder line = start("seconds", "allocator", "strategy");
    for (Figure figure : Figure.values()) {
      append(line, figure.heading());
    }
    return line.append("  last-refusal").toString();
  }

  /** The last column is the only one that may have blanks inside. */
  private static String line(double seconds, Sample sample) {
    StringBuilder line =
        start(String.format(Locale.ROOT, "%.1f", seconds), sample.allocator(), sample.strategy());
    for (Figure figure : Figure.values()) {
      append(line, sample.plain(figure));
    }
    return line.append("  ").append(known(sample.refusal())).toString();
  }

  private static StringBuilder start(String seconds, String allocator, String strategy) {
    return new StringBuilder(
        String.format(
            Locale.ROOT,
            "%9s  %-" + NAME_WIDTH + "s  %-" + STRATEGY_WIDTH + "s",
            seconds,
            word(allocator),
            word(strategy)));
  }

  private static void append(StringBuilder line, String value) {
    line.append(' ').append(" ".repeat(Math.max(0, FIGURE_WIDTH - value.length()))).append(value);
  }

  private static String word(String text) {
    return known(text).replaceAll("\\s+", "_");
  }

  private static String known(String text) {
    String line = OneLine.of(text);
    return line.isEmpty() ? Sample.UNKNOWN : line;
  }
}
