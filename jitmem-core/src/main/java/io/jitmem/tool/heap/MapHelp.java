package io.jitmem.tool.heap;

/** What {@code help map} says. */
final class MapHelp {
  static final String TEXT =
      """
      usage: jitmem map [OPTION...]

      Runs a workload on an allocator of this system's executable memory and draws
      what its blocks hold: spans, free memory, what is held, padding, pages that
      were given back, guard pages; with figures of fragmentation.

      the workload:
        --workload churn       spans of sizes as a JIT compiler makes them, by chance
                               (this if none is named)
        --workload trace:FILE  spans of the sizes in a file, one in bytes per line
        --spans N              about how many live at once (1..10000000; 1000)
        --steps N              how many are allocated (1..1000000000; 10000)
        --seed N               where chance starts from (1)

      the allocator:
        --strategy NAME        direct, dual, seal or map-jit; without this, as the
                               system allows
        --hardened             random places, guard pages, quarantine, two views
        --pools                a pool for each granularity: 64, 128, 256
        --limit BYTES          what blocks may have (65536..1099511627776)

      the picture:
        --out FILE             where to; without this, or with -, standard output
        --format text|svg      without this, svg for a FILE that ends so, else text
        --frames K             K pictures over time (1..64, not above the steps)
        --width N              40..1000 characters of text, 320..10000 pixels of svg;
                               without this, as the variable COLUMNS says, 80, or
                               1000 pixels

      Colours are for terminals, and not used if NO_COLOR is set.

      examples:
        jitmem map
        jitmem map --workload trace:sizes.txt --steps 50000 --out map.svg
        jitmem map --hardened --frames 6 --width 1600 --out strip.svg

      exit status: 0 if the picture was made; 1 if this system refuses the memory;
      2 if the command line is wrong, or a file cannot be read or written
      """;

  private MapHelp() {}
}
