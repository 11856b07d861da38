package io.jitmem.observe.picture;

import java.util.ArrayList;
import java.util.List;

/**
 * What a picture shows of some neighbouring granules: the kind that most of them are, where spans
 * and the free memory between them count as one, told apart by how much of the cell spans take.
 *
 * @param kind what is shown
 * @param level of spans, 1 to {@value #LEVELS}: so many quarters of the cell, rounded up; 0 of
 *     everything else
 */
record Cell(AreaKind kind, int level) {
  static final int LEVELS = 4;

  /** The cells of a block; the last one may stand for less than the others. */
  static List<Cell> of(BlockSnapshot block, long cellByteSize) {
    List<Cell> cells = new ArrayList<>();
    long[] bytes = new long[AreaKind.values().length];
    long room = cellByteSize;
    for (Area area : block.areas()) {
      long rest = area.byteSize();
      while (rest > 0) {
        long part = Math.min(rest, room);
        bytes[area.kind().index()] += part;
        rest -= part;
        room -= part;
        if (room == 0) {
          cells.add(of(bytes));
          bytes = new long[bytes.length];
          room = cellByteSize;
        }
      }
    }
    if (room < cellByteSize) {
      cells.add(of(bytes));
    }
    return cells;
  }

  private static Cell of(long[] bytes) {
    long used = bytes[AreaKind.USED.index()];
    long most = used + bytes[AreaKind.FREE.index()];
    long all = most;
    AreaKind kind = used > 0 ? AreaKind.USED : AreaKind.FREE;
    for (AreaKind other : List.of(AreaKind.HELD, AreaKind.PARKED, AreaKind.PADDING)) {
      long its = bytes[other.index()];
      all += its;
      kind = its > most ? other : kind;
      most = Math.max(most, its);
    }
    int level = kind == AreaKind.USED ? (int) ((LEVELS * used + all - 1) / all) : 0;
    return new Cell(kind, level);
  }
}
