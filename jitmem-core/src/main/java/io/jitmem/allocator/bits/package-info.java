/**
 * Which granules of a block belong to which span: bits and ranges. Knows no memory, no threads and
 * no locks.
 */
@NullMarked
package io.jitmem.allocator.bits;

import org.jspecify.annotations.NullMarked;
