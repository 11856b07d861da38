/**
 * The linker: lays sections out, finds out what symbols stand for, and encodes relocations for the
 * addresses that it is given. It computes on arrays and knows no memory.
 */
@NullMarked
package io.jitmem.link;

import org.jspecify.annotations.NullMarked;
