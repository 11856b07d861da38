/**
 * The command line, {@code java -m io.jitmem.core}: which command is meant, and what becomes of its
 * errors.
 */
@NullMarked
package io.jitmem.tool;

import org.jspecify.annotations.NullMarked;
