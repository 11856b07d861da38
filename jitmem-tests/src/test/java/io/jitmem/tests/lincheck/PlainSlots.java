package io.jitmem.tests.lincheck;

/** The allocator as one thread would write it: a number for each slot. */
public class PlainSlots implements SpanSlots {
  private static final int NONE = -1;
  private static final int GONE = 0;

  private final int[] sizes = {NONE, NONE, NONE};

  /** Slots without spans. */
  public PlainSlots() {}

  @Override
  public String allocate(int slot) {
    if (sizes[slot] != NONE) {
      return "there is one";
    }
    sizes[slot] = BYTE_SIZE;
    return "allocated";
  }

  @Override
  public String release(int slot) {
    if (sizes[slot] == NONE) {
      return "there is none";
    }
    String answer = sizes[slot] == GONE ? "too late" : "released";
    sizes[slot] = GONE;
    return answer;
  }

  @Override
  public String shrink(int slot, int byteSize) {
    if (sizes[slot] == NONE) {
      return "there is none";
    }
    if (sizes[slot] == GONE) {
      return "too late";
    }
    if (byteSize > sizes[slot]) {
      return "too large";
    }
    sizes[slot] = (byteSize + GRANULE - 1) / GRANULE * GRANULE;
    return "shrunk";
  }

  @Override
  public String query(int slot) {
    return switch (sizes[slot]) {
      case NONE, GONE -> "nothing";
      default -> sizes[slot] + " bytes";
    };
  }
}
