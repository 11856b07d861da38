/**
 * The Windows backend, for x86-64 and AArch64. {@link io.jitmem.windows.WindowsFunctions} and
 * {@link io.jitmem.windows.WindowsAbi} are Windows as data; {@link io.jitmem.windows.MemoryCalls},
 * {@link io.jitmem.windows.SectionCalls} and {@link io.jitmem.windows.ProcessCalls} call it; {@link
 * io.jitmem.windows.WindowsLinker} alone makes restricted calls. The rest is what Windows has:
 * memory that is reserved and committed, two views of a {@linkplain io.jitmem.windows.Sections
 * section}, {@linkplain io.jitmem.windows.PlaceholderSpace placeholders} for views in reservations,
 * {@linkplain io.jitmem.windows.GrowableTables tables} by which code is unwound.
 */
@NullMarked
package io.jitmem.windows;

import org.jspecify.annotations.NullMarked;
