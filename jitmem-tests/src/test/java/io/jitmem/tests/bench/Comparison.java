package io.jitmem.tests.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The figures of both, side by side.
 *
 * @param rows one for each that jitmem has
 */
record Comparison(List<Row> rows) {
  /**
   * A row of both.
   *
   * @param key what the figures are of
   * @param asmjit AsmJit's nanoseconds per operation, if it was run
   * @param jitmem jitmem's
   */
  record Row(RowKey key, OptionalDouble asmjit, double jitmem) {
    OptionalDouble ratio() {
      return asmjit.isPresent()
          ? OptionalDouble.of(jitmem / asmjit.getAsDouble())
          : OptionalDouble.empty();
    }

    private List<String> cells(String separator) {
      return List.of(
          key.workload(),
          String.format(Locale.ROOT, "%" + separator + "d", key.live()),
          Integer.toString(key.threads()),
          decimal("%" + separator + ".1f", asmjit),
          decimal("%" + separator + ".1f", OptionalDouble.of(jitmem)),
          decimal("%.2f", ratio()));
    }
  }

  private static final List<String> HEADINGS =
      List.of("workload", "live", "threads", "AsmJit ns", "jitmem ns", "ratio");

  static Comparison of(Rows asmjit, Rows jitmem) {
    List<Row> rows = new ArrayList<>();
    for (RowKey key : jitmem.keys()) {
      rows.add(new Row(key, asmjit.get(key), jitmem.get(key).orElseThrow()));
    }
    return new Comparison(rows);
  }

  /** Aligned, for people. */
  List<String> table() {
    List<String> lines = new ArrayList<>(List.of(aligned(HEADINGS)));
    rows.forEach(row -> lines.add(aligned(row.cells(","))));
    return lines;
  }

  /** Separated by tabs, for programs. */
  List<String> tsv() {
    List<String> lines =
        new ArrayList<>(List.of("workload\tlive\tthreads\tasmjit_ns\tjitmem_ns\tratio"));
    rows.forEach(row -> lines.add(String.join("\t", row.cells(""))));
    return lines;
  }

  private static String aligned(List<String> cells) {
    return String.format("%-20s%10s%9s%13s%13s%8s", cells.toArray());
  }

  private static String decimal(String format, OptionalDouble number) {
    return number.isPresent() ? String.format(Locale.ROOT, format, number.getAsDouble()) : "-";
  }
}
