/**
 * What the Unix backends share: the POSIX calls, their errors, the table of live mappings and the
 * files that back dual mappings. Nothing here makes a restricted call: each backend brings its own
 * {@link io.jitmem.posix.NativeBinder}, so that native access is granted to the backend's module
 * and to nobody through this package.
 */
@NullMarked
package io.jitmem.posix;

import org.jspecify.annotations.NullMarked;
