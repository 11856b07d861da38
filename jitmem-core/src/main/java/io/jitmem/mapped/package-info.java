/**
 * What backends share whatever their system: the table of live mappings, what their pages are, and
 * how reservations are guarded. A backend brings {@link io.jitmem.mapped.MappedMemory}, which does
 * the work.
 */
@NullMarked
package io.jitmem.mapped;

import org.jspecify.annotations.NullMarked;
