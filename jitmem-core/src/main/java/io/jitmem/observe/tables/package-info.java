/**
 * What tables about code consist of that are made for other programs to read: which functions there
 * are, how to leave them, and the memory that holds it. Not exported.
 */
@NullMarked
package io.jitmem.observe.tables;

import org.jspecify.annotations.NullMarked;
