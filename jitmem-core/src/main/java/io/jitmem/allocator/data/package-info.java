/**
 * Data beside code, for linkers: read-only memory, written once and then sealed, and read-write
 * memory, near the code that refers to it. Neither is ever executable.
 */
@NullMarked
package io.jitmem.allocator.data;

import org.jspecify.annotations.NullMarked;
