/**
 * What allocators tell a recorder of events, without knowing which: who installs himself as {@link
 * io.jitmem.observe.events.EventSink} is told.
 */
@NullMarked
package io.jitmem.observe.events;

import org.jspecify.annotations.NullMarked;
