/**
 * Spans of executable memory of any size: {@link io.jitmem.allocator.JitAllocator}.
 *
 * <p>Spans are cut from blocks of whole pages, so that thousands of functions share a mapping. All
 * bookkeeping is in the Java heap; nothing but code is ever stored in executable memory.
 */
@NullMarked
package io.jitmem.allocator;

import org.jspecify.annotations.NullMarked;
