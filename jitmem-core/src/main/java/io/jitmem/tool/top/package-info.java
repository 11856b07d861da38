/** The command {@code top}: an allocator at work, watched while it is. */
@NullMarked
package io.jitmem.tool.top;

import org.jspecify.annotations.NullMarked;
