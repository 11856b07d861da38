/**
 * When to map and unmap blocks, who may touch them when, and how new code becomes visible: policy
 * and locking.
 */
@NullMarked
package io.jitmem.allocator.heap;

import org.jspecify.annotations.NullMarked;
