package io.jitmem.observe.events;

/**
 * What was published at once.
 *
 * @param strategy how it was written
 * @param spans how many spans
 * @param byteSize how many bytes were written to them
 * @param coresSynchronized whether all cores were made to discard stale instructions
 */
public record Publication(String strategy, int spans, long byteSize, boolean coresSynchronized) {}
