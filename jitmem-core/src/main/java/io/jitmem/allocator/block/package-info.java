/**
 * Blocks of memory cut into spans, and pools of blocks of one granularity. Everything here is
 * guarded by its owner's lock; nothing here makes a system call.
 */
@NullMarked
package io.jitmem.allocator.block;

import org.jspecify.annotations.NullMarked;
