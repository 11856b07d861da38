package io.jitmem.tests.bench;

/** Something to measure, over and over. */
interface Workload {
  /**
   * Does all of it once, on allocators of its own, and notes what it took.
   *
   * @param live the number of live spans, at least 2
   * @param rows where to note it
   */
  void repeat(int live, Rows rows);
}
