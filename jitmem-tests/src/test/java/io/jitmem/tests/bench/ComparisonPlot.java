package io.jitmem.tests.bench;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A comparison as a picture in SVG: for each workload and number of live spans a line from AsmJit's
 * circle to jitmem's diamond, over a logarithmic axis of nanoseconds. The two differ in shape, in
 * lightness and in a pair of hues that colour-blind people can tell apart. Letters are large for
 * the width, so that they can be read when the picture is shown at half its size.
 */
final class ComparisonPlot {
  private static final int WIDTH = 800;
  private static final int LEFT = 270;
  private static final int RIGHT = 695;
  private static final int TOP = 108;
  private static final int ROW = 30;
  private static final int GROUP = 36;
  private static final int BOTTOM = 84;

  private static final String ASMJIT_COLOUR = "#0072b2";
  private static final String JITMEM_COLOUR = "#d55e00";

  private final Comparison comparison;
  private final int leastExponent;
  private final int greatestExponent;
  private final Formatter svg = new Formatter(Locale.ROOT);
  private int y = TOP;

  ComparisonPlot(Comparison comparison) {
    this.comparison = comparison;
    double least = Double.MAX_VALUE;
    double greatest = 0;
    for (Comparison.Row row : comparison.rows()) {
      double other = row.asmjit().orElse(row.jitmem());
      least = Math.min(least, Math.min(row.jitmem(), other));
      greatest = Math.max(greatest, Math.max(row.jitmem(), other));
    }
    leastExponent = (int) Math.floor(Math.log10(Math.max(least, 0.1)));
    greatestExponent = Math.max(leastExponent + 1, (int) Math.ceil(Math.log10(greatest)));
  }

  /** The picture, complete. */
  String svg() {
    int height = TOP + ROW * comparison.rows().size() + GROUP * groups().size() + BOTTOM;
    head(height);
    axis(height - BOTTOM + 10);
    groups()
        .forEach((workload, rows) -> {
          y += GROUP;
          text(16, y - 8, "start", "font-weight=\"bold\"", workload);
          rows.forEach(this::row);
        });
    return svg.format("</svg>%n").toString();
  }

  private void head(int height) {
    svg.format(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="21" fill="#222">
        <title>Nanoseconds per operation, AsmJit and jitmem</title>
        <rect width="100%%" height="100%%" fill="#fff"/>
        """,
        WIDTH, height);
    text(
        16,
        36,
        "start",
        "font-size=\"24\" font-weight=\"bold\"",
        "Allocator workloads: time per operation");
    circle(28, 70);
    text(46, 77, "start", "", "AsmJit");
    diamond(158, 70);
    text(176, 77, "start", "", "jitmem");
    text(WIDTH - 12, 77, "end", "", "jitmem : AsmJit");
  }

  private void axis(int bottom) {
    for (int exponent = leastExponent; exponent <= greatestExponent; exponent++) {
      double x = x(Math.pow(10, exponent));
      svg.format(
          "<path d=\"M%.1f %dV%d\" stroke=\"#bbb\" stroke-width=\"1.5\"/>%n", x, TOP - 8, bottom);
      text(
          x,
          bottom + 24,
          "middle",
          "",
          String.format(Locale.ROOT, "%,d", (long) Math.pow(10, exponent)));
      for (int digit = 2; digit < 10 && exponent < greatestExponent; digit++) {
        double minor = x(digit * Math.pow(10, exponent));
        svg.format("<path d=\"M%.1f %dV%d\" stroke=\"#eee\"/>%n", minor, TOP - 8, bottom);
      }
    }
    text(
        (LEFT + RIGHT) / 2.0,
        bottom + 56,
        "middle",
        "",
        "ns per operation, logarithmic; less is better");
  }

  private void row(Comparison.Row row) {
    int middle = y + ROW / 2;
    text(LEFT - 18, middle + 7, "end", "", label(row.key()));
    double ours = x(row.jitmem());
    OptionalDouble theirs = row.asmjit();
    if (theirs.isPresent()) {
      double other = x(theirs.getAsDouble());
      svg.format(
          "<path d=\"M%.1f %dH%.1f\" stroke=\"#888\" stroke-width=\"3\"/>%n", other, middle, ours);
      circle(other, middle);
    }
    diamond(ours, middle);
    OptionalDouble ratio = row.ratio();
    String shown =
        ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
    text(WIDTH - 12, middle + 7, "end", "", shown);
    y += ROW;
  }

  private void circle(double x, int y) {
    svg.format(
        "<circle cx=\"%.1f\" cy=\"%d\" r=\"8\" fill=\"#fff\" stroke=\"%s\" stroke-width=\"4\"/>%n",
        x, y, ASMJIT_COLOUR);
  }

  private void diamond(double x, int y) {
    svg.format("<path d=\"M%.1f %dl10 10-10 10-10-10z\" fill=\"%s\"/>%n", x, y - 10, JITMEM_COLOUR);
  }

  private void text(double x, int y, String anchor, String attributes, String text) {
    svg.format(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" %s>%s</text>%n",
        x, y, anchor, attributes, text);
  }

  private double x(double nanoseconds) {
    double share =
        (Math.log10(Math.max(nanoseconds, 0.1)) - leastExponent)
            / (greatestExponent - leastExponent);
    return LEFT + (RIGHT - LEFT) * share;
  }

  private static String label(RowKey key) {
    String live = String.format(Locale.ROOT, "%,d live", key.live());
    boolean shared = key.workload().endsWith("-shared");
    return shared
        ? live + ", " + key.threads() + (key.threads() == 1 ? " thread" : " threads")
        : live;
  }

  /** The rows of each workload, in the order in which the workloads first appear. */
  private Map<String, List<Comparison.Row>> groups() {
    return comparison.rows().stream()
        .collect(groupingBy(row -> row.key().workload(), LinkedHashMap::new, toList()));
  }
}
