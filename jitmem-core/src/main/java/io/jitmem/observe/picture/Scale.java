package io.jitmem.observe.picture;

import java.util.List;

/** How many bytes a cell stands for, so that a picture keeps its bounds. */
final class Scale {
  private Scale() {}

  /**
   * The least power of two, not below a granule, with which blocks take no more rows than allowed,
   * or one row each.
   */
  static long cellByteSize(List<BlockSnapshot> blocks, int columns, int mostRows) {
    long cell = 64;
    for (BlockSnapshot block : blocks) {
      cell = Math.min(Math.max(cell, block.place().granuleByteSize()), 1L << 30);
    }
    while (rows(blocks, columns, cell) > Math.max(mostRows, blocks.size())) {
      cell <<= 1;
    }
    return cell;
  }

  private static long rows(List<BlockSnapshot> blocks, int columns, long cell) {
    long rows = 0;
    for (BlockSnapshot block : blocks) {
      rows += (block.byteSize() + cell * columns - 1) / (cell * columns);
    }
    return rows;
  }
}
