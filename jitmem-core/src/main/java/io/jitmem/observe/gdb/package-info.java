/** Generated code in gdb: backtraces, names and breakpoints, through gdb's JIT interface. */
@NullMarked
package io.jitmem.observe.gdb;

import org.jspecify.annotations.NullMarked;
