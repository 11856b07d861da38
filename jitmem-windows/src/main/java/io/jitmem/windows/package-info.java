/** The place of the Windows backend. */
@NullMarked
package io.jitmem.windows;

import org.jspecify.annotations.NullMarked;
