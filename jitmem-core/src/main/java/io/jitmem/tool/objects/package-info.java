/** The command that tells what an object file or a static library holds. */
@NullMarked
package io.jitmem.tool.objects;

import org.jspecify.annotations.NullMarked;
