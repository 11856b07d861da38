/**
 * Events of Flight Recorder. Nothing of this package is loaded before the recorder is there, and
 * either in use or the program past its start: see {@code io.jitmem.observe.events}.
 */
@NullMarked
package io.jitmem.observe.jfr;

import org.jspecify.annotations.NullMarked;
