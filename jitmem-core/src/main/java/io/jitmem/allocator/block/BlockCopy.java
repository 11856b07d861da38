package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleCopy;
import java.util.List;

/**
 * What a block was at one moment, to be looked at without the lock.
 *
 * @param granules what its granules were
 * @param padding how many of the first are nobody's for good
 * @param parked the runs that were given back, in any order
 * @param committedBytes the bytes of the pages that may have had memory
 */
public record BlockCopy(
    Block block, GranuleCopy granules, int padding, List<GranuleRun> parked, long committedBytes) {}
