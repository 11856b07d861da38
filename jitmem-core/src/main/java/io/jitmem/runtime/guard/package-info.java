/**
 * How calls and the end of code are kept apart: {@link io.jitmem.runtime.guard.CallGuard} counts
 * calls, {@link io.jitmem.runtime.guard.GuardedCalls} makes handles that count.
 */
@NullMarked
package io.jitmem.runtime.guard;

import org.jspecify.annotations.NullMarked;
