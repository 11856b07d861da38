/** The only restricted calls of this module: {@link io.jitmem.ffm.NativeAccess}. */
@NullMarked
package io.jitmem.ffm;

import org.jspecify.annotations.NullMarked;
