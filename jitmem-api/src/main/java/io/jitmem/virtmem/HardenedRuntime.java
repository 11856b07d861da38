package io.jitmem.virtmem;

/**
 * What a hardened system asks of code that makes code.
 *
 * @param enabled memory that is writable and executable at once is refused
 * @param mapJit memory under a per-thread write switch is available
 * @param dualMapping dual mapping is available
 */
public record HardenedRuntime(boolean enabled, boolean mapJit, boolean dualMapping) {}
