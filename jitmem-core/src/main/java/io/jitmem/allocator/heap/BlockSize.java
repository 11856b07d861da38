package io.jitmem.allocator.heap;

import java.util.List;

/** The size that a block is to have, and the least that is of use. */
record BlockSize(long least, long wanted) {
  /** The sizes to try, the best first. */
  List<Long> choices() {
    return least == wanted ? List.of(wanted) : List.of(wanted, least);
  }
}
