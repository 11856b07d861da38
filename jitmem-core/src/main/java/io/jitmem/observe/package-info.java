/**
 * Seeing generated code: what is known of it besides its bytes, and who is told when it appears and
 * when it goes.
 */
@NullMarked
package io.jitmem.observe;

import org.jspecify.annotations.NullMarked;
