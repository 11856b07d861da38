/** The command line: {@code java -m io.jitmem.core}. */
@NullMarked
package io.jitmem.tool;

import org.jspecify.annotations.NullMarked;
