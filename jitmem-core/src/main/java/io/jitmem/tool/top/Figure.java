package io.jitmem.tool.top;

/** A figure of an allocator. They are shown in this order. */
enum Figure {
  BLOCKS(Unit.COUNT, "blocks", "blocks", "blocks"),
  SPANS(Unit.COUNT, "spans", "spans", "spans"),
  USED(Unit.BYTES, "used", "used", "usedBytes"),
  RESERVED(Unit.BYTES, "reserved", "reserved", "reservedBytes"),
  COMMITTED(Unit.BYTES, "committed", "committed", "committedBytes"),
  HELD(Unit.BYTES, "held back", "held", "heldBytes"),
  FRAGMENTATION(Unit.RATIO, "fragmentation", "frag%", "fragmentation"),
  ALLOCATIONS(Unit.RATE, "allocations/s", "alloc/s", "allocationsPerSecond"),
  RELEASES(Unit.RATE, "releases/s", "release/s", "releasesPerSecond"),
  PUBLICATIONS(Unit.RATE, "publications/s", "publish/s", "publicationsPerSecond"),
  REFUSALS(Unit.COUNT, "refusals", "refused", "refusals"),
  PRESSURE(Unit.RATIO, "pressure", "press%", "pressure");

  private final Unit unit;
  private final String label;
  private final String heading;
  private final String key;

  Figure(Unit unit, String label, String heading, String key) {
    this.unit = unit;
    this.label = label;
    this.heading = heading;
    this.key = key;
  }

  Unit unit() {
    return unit;
  }

  /** What a person reads beside it. */
  String label() {
    return label;
  }

  /** What stands above its column: one word. */
  String heading() {
    return heading;
  }

  /** Its name in JSON. */
  String key() {
    return key;
  }
}
