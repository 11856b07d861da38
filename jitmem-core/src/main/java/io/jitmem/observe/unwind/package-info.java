/** Generated code in the process's own unwinder: C++ exceptions, backtraces, cancellation. */
@NullMarked
package io.jitmem.observe.unwind;

import org.jspecify.annotations.NullMarked;
