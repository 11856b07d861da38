/** The commands {@code map} and {@code top}: an allocator under a workload, seen. */
@NullMarked
package io.jitmem.tool.heap;

import org.jspecify.annotations.NullMarked;
