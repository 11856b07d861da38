/** What this machine's CPU can do: {@link io.jitmem.cpu.Cpu}. */
@NullMarked
package io.jitmem.cpu;

import org.jspecify.annotations.NullMarked;
