/**
 * Native functions as data, bound when they are first called. Nothing here makes a restricted call:
 * each backend brings its own {@link io.jitmem.nativecall.NativeBinder}, so that native access is
 * granted to the backend's module and to nobody through this package.
 */
@NullMarked
package io.jitmem.nativecall;

import org.jspecify.annotations.NullMarked;
