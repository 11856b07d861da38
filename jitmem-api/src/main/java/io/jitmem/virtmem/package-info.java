/**
 * Whole pages of memory that may hold machine code: map them, protect them, map them twice, give
 * them back, and make new code visible to every core. {@link io.jitmem.virtmem.VirtMem} is the
 * interface; a backend implements it.
 */
@NullMarked
package io.jitmem.virtmem;

import org.jspecify.annotations.NullMarked;
