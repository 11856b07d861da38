/**
 * Pictures of a heap: what its blocks hold, area by area, how fragmented it is, and how that is
 * drawn as text or SVG.
 */
@NullMarked
package io.jitmem.observe.picture;

import org.jspecify.annotations.NullMarked;
