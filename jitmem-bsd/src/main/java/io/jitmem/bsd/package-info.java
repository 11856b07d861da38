/** The place of the BSD backend. */
@NullMarked
package io.jitmem.bsd;

import org.jspecify.annotations.NullMarked;
