package io.jitmem.tool.top;

/** What {@code help top} says. */
final class TopHelp {
  static final String TEXT =
      """
      usage: jitmem top [OPTION...]
             jitmem top --pid PID [OPTION...]

      Shows an allocator at work, again and again: blocks, spans, bytes,
      fragmentation, allocations, releases and publications a second, refusals,
      pressure. It is one of this system's executable memory under a workload, or
      those that another JVM has, which need not have been started for that.

      On a terminal a screen is drawn, until q and Enter or Ctrl-C end it. Else, or
      with --plain, a line is written each time, below a header; bytes are exact
      there, and what is not known is '-'.

      how to watch:
        --interval MS          how often to look (20..3600000; 1000)
        --seconds N            how long (1..100000000); without this, until ended
        --plain                lines on a terminal, too
        --format text|json     json: an object for each allocator and look, on a line

      the workload:
        --workload churn       spans of sizes as a JIT compiler makes them, by chance
                               (this if none is named)
        --workload trace:FILE  spans of the sizes in a file, one in bytes per line
        --spans N              about how many live at once (1..10000000; 1000)
        --steps N              how many are allocated and written (1..10^12); without
                               this, no end
        --rate N               how many of them a second at most (1..1000000000);
                               without this, as many as one thread can
        --seed N               where chance starts from (1)

      the allocator:
        --strategy NAME        direct, dual, seal or map-jit; without this, as the
                               system allows
        --hardened             random places, guard pages, quarantine, two views
        --pools                a pool for each granularity: 64, 128, 256
        --limit BYTES          what blocks may have (65536..1099511627776)

      another JVM:
        --pid PID              the process, of the same user; jcmd -l lists them. A
                               recording is made there by Flight Recorder, without a
                               file of its own, and ended with this command; if that
                               is killed: jcmd PID JFR.check, JFR.stop name=NAME
        --no-rates             do not have it make an event of each span that comes
                               and goes, which is what rates are counted by
        --interval MS          1000 at least: events come once a second

      fragmentation is how much of the free memory is not in its longest run; held
      back is what was released and nobody can get yet, as in quarantine; pressure is
      how much of a limit is taken, and 0 without one.

      The keys of an object, of which none is ever left out; null is not known:
        seconds, allocator, strategy, blocks, spans, usedBytes, reservedBytes,
        committedBytes, heldBytes, fragmentation, allocationsPerSecond,
        releasesPerSecond, publicationsPerSecond, refusals, pressure, lastRefusal

      The screen is as large as the variables COLUMNS and LINES say, 80 by 24 without
      them; colours are not used if NO_COLOR is set.

      examples:
        jitmem top
        jitmem top --workload trace:sizes.txt --limit 1048576 --hardened
        jitmem top --rate 5000 --interval 500 --seconds 10 --plain
        jitmem top --pid 4711

      exit status: 0 if it was watched; 1 if this system refuses the memory, or the
      other process cannot be watched or has ended; 2 if the command line is wrong, a
      file cannot be read, or there is no such process
      """;

  private TopHelp() {}
}
