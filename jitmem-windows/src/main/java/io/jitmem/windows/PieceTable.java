package io.jitmem.windows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The pieces of all reservations, by their start; those of one reservation follow each other
 * without a gap. Entering and removing is thread-safe; a reservation's pieces are cut and joined by
 * one thread at a time.
 */
final class PieceTable {
  private static final int PRESERVE = WindowsAbi.MEM_RELEASE | WindowsAbi.MEM_PRESERVE_PLACEHOLDER;
  private static final int COALESCE = WindowsAbi.MEM_RELEASE | WindowsAbi.MEM_COALESCE_PLACEHOLDERS;

  private final MemoryCalls memory;
  private final ConcurrentSkipListMap<Long, Piece> pieces = new ConcurrentSkipListMap<>();

  PieceTable(MemoryCalls memory) {
    this.memory = memory;
  }

  void enter(Piece piece) {
    pieces.put(piece.start(), piece);
  }

  void remove(Piece piece) {
    pieces.remove(piece.start());
  }

  /** The pieces that a range touches, in order. */
  List<Piece> in(long from, long to) {
    List<Piece> found = new ArrayList<>();
    Map.Entry<Long, Piece> first = pieces.floorEntry(from);
    if (first != null && first.getKey() < from && first.getValue().end() > from) {
      found.add(first.getValue());
    }
    found.addAll(pieces.subMap(from, to).values());
    return found;
  }

  /** The piece of a reservation that an address of it is in. */
  Piece at(long address) {
    return Objects.requireNonNull(pieces.floorEntry(address)).getValue();
  }

  /** Makes placeholders one of exactly a range, which lies in them. */
  Piece isolate(Reach range) {
    Piece whole = joined(in(range.from(), range.to()));
    if (whole.start() < range.from()) {
      whole = split(whole, whole.start(), range.from()).getLast();
    }
    if (range.to() < whole.end()) {
      whole = split(whole, range.from(), range.to()).getFirst();
    }
    return whole;
  }

  private Piece joined(List<Piece> neighbours) {
    Piece first = neighbours.getFirst();
    if (neighbours.size() == 1) {
      return first;
    }
    Piece whole = first.cut(first.start(), neighbours.getLast().end());
    memory.virtualFree(whole.start(), whole.byteSize(), COALESCE);
    neighbours.forEach(this::remove);
    enter(whole);
    return whole;
  }

  /** Splits a placeholder where a part of it, at one of its ends, begins or ends. */
  private List<Piece> split(Piece whole, long from, long to) {
    memory.virtualFree(from, to - from, PRESERVE);
    long border = from == whole.start() ? to : from;
    List<Piece> both = List.of(whole.cut(whole.start(), border), whole.cut(border, whole.end()));
    both.forEach(this::enter);
    return both;
  }
}
