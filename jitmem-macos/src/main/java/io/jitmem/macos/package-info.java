/**
 * The macOS backend. Intel's processors have memory that is writable and executable, and two views
 * by {@code mach_vm_remap}; Apple's have memory that is written, then made executable, and memory
 * under a per-thread write switch, which only {@link io.jitmem.macos.WriteThunk} turns.
 */
@NullMarked
package io.jitmem.macos;

import org.jspecify.annotations.NullMarked;
