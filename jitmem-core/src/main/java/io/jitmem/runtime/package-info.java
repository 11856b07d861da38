/** Machine code in, method handles out: {@link io.jitmem.runtime.JitRuntime}. */
@NullMarked
package io.jitmem.runtime;

import org.jspecify.annotations.NullMarked;
