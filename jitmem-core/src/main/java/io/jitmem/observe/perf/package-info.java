/**
 * Listeners that write the files by which perf names generated code: its map and its jitdump. They
 * are perf's formats, whatever the system is.
 */
@NullMarked
package io.jitmem.observe.perf;

import org.jspecify.annotations.NullMarked;
