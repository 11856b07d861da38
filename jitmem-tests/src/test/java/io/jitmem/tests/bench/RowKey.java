package io.jitmem.tests.bench;

/**
 * What a figure is of.
 *
 * @param workload the name of the workload
 * @param live the number of live spans, of each thread if there are several
 * @param threads the number of threads
 */
record RowKey(String workload, int live, int threads) {}
