/** The command that calls machine code: {@link io.jitmem.tool.run.RunCommand}. */
@NullMarked
package io.jitmem.tool.run;

import org.jspecify.annotations.NullMarked;
