package io.jitmem.linux;

import io.jitmem.posix.AddressRange;
import java.util.ArrayList;
import java.util.List;

/** What is free in an address space, by the lines of {@code /proc/self/maps}. */
final class AddressGaps {
  /**
   * The kernel leaves at least this much free below the stack when it chooses addresses itself
   * (mm/util.c, mmap_base), so that the stack can grow.
   */
  private static final long STACK_GAP = 128L << 20;

  private AddressGaps() {}

  /**
   * What is free between and below mappings, given as sorted lines of {@code /proc/self/maps}. What
   * lies above the last may be beyond this kernel's user space and is left out, and so are mappings
   * that do not start in user space.
   */
  static List<AddressRange> of(List<String> maps, AddressRange userSpace) {
    List<AddressRange> gaps = new ArrayList<>();
    long free = userSpace.from();
    for (String line : maps) {
      AddressRange used = parse(line);
      if (Long.compareUnsigned(used.from(), userSpace.to()) >= 0) {
        break;
      }
      AddressRange gap =
          new AddressRange(free, line.endsWith("[stack]") ? used.from() - STACK_GAP : used.from());
      if (gap.byteSize() > 0) {
        gaps.add(gap);
      }
      free = Math.max(free, used.to());
    }
    return gaps;
  }

  static AddressRange parse(String line) {
    int dash = line.indexOf('-');
    int space = line.indexOf(' ', dash);
    return new AddressRange(
        Long.parseUnsignedLong(line, 0, dash, 16),
        Long.parseUnsignedLong(line, dash + 1, space, 16));
  }
}
