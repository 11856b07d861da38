/** The place of the macOS backend. */
@NullMarked
package io.jitmem.macos;

import org.jspecify.annotations.NullMarked;
