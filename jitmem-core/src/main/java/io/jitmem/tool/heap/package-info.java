/** The command {@code map}, and workloads: an allocator under one of these, drawn. */
@NullMarked
package io.jitmem.tool.heap;

import org.jspecify.annotations.NullMarked;
