package io.jitmem.observe.picture;

import java.util.Locale;

/** What pictures say in words. */
final class Words {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Words() {}

  /** A number of bytes with three digits or so. */
  static String bytes(long bytes) {
    int unit = 0;
    double size = bytes;
    while (size >= 1024 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    boolean whole = size == Math.rint(size) || size >= 100;
    return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
  }

  static String percent(double ratio) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * ratio);
  }

  static String count(long count, String one, String many) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : many);
  }

  /** What a block is. */
  static String head(BlockSnapshot block) {
    BlockPlace place = block.place();
    return "0x%x  %s  granule %d%s%s"
        .formatted(
            place.address(),
            bytes(block.byteSize()),
            place.granuleByteSize(),
            place.headroom() ? "  headroom" : "",
            place.guardByteSize() > 0 ? "  guarded" : "");
  }

  /** How full a block is, or all of a heap. */
  static String use(Fragmentation figures) {
    return "%s, used %s of %s"
        .formatted(
            count(figures.spanCount(), "span", "spans"),
            percent(figures.usedOfReserved()),
            bytes(figures.reservedBytes()));
  }

  /** How much of what is committed is used. */
  static String commitment(Fragmentation figures) {
    return "committed %s, used %s of it"
        .formatted(bytes(figures.committedBytes()), percent(figures.usedOfCommitted()));
  }

  /** In what pieces free memory is. */
  static String pieces(Fragmentation figures) {
    return "free %s in %s, largest %s"
        .formatted(
            bytes(figures.freeBytes()),
            count(figures.freeRunCount(), "run", "runs"),
            bytes(figures.largestFreeBytes()));
  }

  static String external(Fragmentation figures) {
    return "external fragmentation " + percent(figures.external());
  }

  /** What a picture leaves out. */
  static String more(int blocks, long bytes) {
    return "and %s with %s, not drawn".formatted(count(blocks, "block", "blocks"), bytes(bytes));
  }
}
