/**
 * The Linux backend. {@link io.jitmem.linux.LinuxVirtMem} puts it together; {@link
 * io.jitmem.linux.LinuxLinker} makes its restricted calls.
 */
@NullMarked
package io.jitmem.linux;

import org.jspecify.annotations.NullMarked;
