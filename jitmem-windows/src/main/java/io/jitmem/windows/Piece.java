package io.jitmem.windows;

import java.util.BitSet;

/**
 * A part of a reservation that Windows knows by itself: a placeholder, private memory or a view
 * that has replaced one. Memory and views go as a whole, so pages of them that are decommitted
 * before are dead meanwhile: neither accessible nor free. Not thread-safe: see {@link
 * PlaceholderSpace}.
 */
final class Piece {
  /** What it is. */
  enum Kind {
    PLACEHOLDER,
    PRIVATE,
    EXECUTABLE_VIEW,
    WRITABLE_VIEW
  }

  private final long start;
  private final long end;
  private final Kind kind;
  private final long pageByteSize;

  /** The section that a view is of; the view begins where it begins. */
  private final Object section;

  /** The pages that are committed. */
  private final BitSet live = new BitSet();

  private Piece(long start, long end, Kind kind, long pageByteSize, Object section) {
    this.start = start;
    this.end = end;
    this.kind = kind;
    this.pageByteSize = pageByteSize;
    this.section = section;
    if (kind != Kind.PLACEHOLDER) {
      live.set(0, index(end));
    }
  }

  static Piece placeholder(long start, long end, long pageByteSize) {
    return new Piece(start, end, Kind.PLACEHOLDER, pageByteSize, new Object());
  }

  /** What has replaced a placeholder, all of it committed. */
  Piece replacedBy(Kind replacement, Object itsSection) {
    return new Piece(start, end, replacement, pageByteSize, itsSection);
  }

  Piece placeholder() {
    return placeholder(start, end, pageByteSize);
  }

  Piece cut(long from, long to) {
    return placeholder(from, to, pageByteSize);
  }

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  long byteSize() {
    return end - start;
  }

  Kind kind() {
    return kind;
  }

  boolean isPlaceholder() {
    return kind == Kind.PLACEHOLDER;
  }

  boolean isView() {
    return kind == Kind.EXECUTABLE_VIEW || kind == Kind.WRITABLE_VIEW;
  }

  /** The part of a range that lies in it. */
  Reach part(long from, long to) {
    return new Reach(Math.max(start, from), Math.min(end, to));
  }

  void setLive(Reach part, boolean committed) {
    live.set(index(part.from()), index(part.to()), committed);
  }

  /** Whether pages outside a part are committed. */
  boolean isLiveBeside(Reach part) {
    return live.cardinality() > live.get(index(part.from()), index(part.to())).cardinality();
  }

  /** Whether two dead ranges are the same memory of one section. */
  boolean isTwin(long address, Piece other, long otherAddress) {
    return section.equals(other.section) && address - start == otherAddress - other.start;
  }

  private int index(long address) {
    return Math.toIntExact((address - start) / pageByteSize);
  }
}
