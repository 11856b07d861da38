package io.jitmem.tests.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** The least nanoseconds per operation that were seen for each row, in the order first seen. */
final class Rows {
  private final Map<RowKey, Double> least = new LinkedHashMap<>();
  private final Map<Integer, String> remarks = new LinkedHashMap<>();

  /** Notes a figure, which counts if it is the least of its row. */
  void note(RowKey key, double nanosecondsPerOperation) {
    least.merge(key, nanosecondsPerOperation, Math::min);
  }

  /** Notes a remark on a number of live spans in place of the one before. */
  void remark(int live, String remark) {
    remarks.put(live, remark);
  }

  /** Notes what a program has printed; its remarks are on so many live spans. */
  void noteLines(int live, List<String> lines) {
    for (String line : lines) {
      String[] columns = line.split("\t", -1);
      if (columns.length == 4) {
        RowKey key =
            new RowKey(columns[0], Integer.parseInt(columns[1]), Integer.parseInt(columns[2]));
        note(key, Double.parseDouble(columns[3]));
      } else if (line.startsWith("# used/reserved")) {
        remark(live, line.substring(2));
      }
    }
  }

  OptionalDouble get(RowKey key) {
    Double found = least.get(key);
    return found == null ? OptionalDouble.empty() : OptionalDouble.of(found);
  }

  List<RowKey> keys() {
    return List.copyOf(least.keySet());
  }

  Map<Integer, String> remarks() {
    return remarks;
  }

  /** The rows and remarks in the format of the peer. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    least.forEach((key, nanoseconds) ->
        lines.add(
            String.format(
                Locale.ROOT,
                "%s\t%d\t%d\t%.1f",
                key.workload(),
                key.live(),
                key.threads(),
                nanoseconds)));
    remarks.values().forEach(remark -> lines.add("# " + remark));
    return lines;
  }
}
