/**
 * An audit of native bindings: {@link io.jitmem.audit.Declared} finds what classes declare, {@link
 * io.jitmem.audit.SystemTable} says what of it a system's headers do not say. What a table does not
 * know is as wrong as what it has otherwise, so a binding cannot be added without a source.
 */
@NullMarked
package io.jitmem.audit;

import org.jspecify.annotations.NullMarked;
