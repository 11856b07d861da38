/**
 * What compilers and assemblers produce, as values: {@link io.jitmem.code.MachineCode} with its
 * sections, symbols and relocations. Nothing here touches memory that is executed.
 */
@NullMarked
package io.jitmem.code;

import org.jspecify.annotations.NullMarked;
