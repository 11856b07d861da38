/**
 * What the Unix backends share: the POSIX calls, their errors, and the files that back dual
 * mappings.
 */
@NullMarked
package io.jitmem.posix;

import org.jspecify.annotations.NullMarked;
