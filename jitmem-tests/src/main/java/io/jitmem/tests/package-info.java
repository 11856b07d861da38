/** Contracts to run against a backend. */
@NullMarked
package io.jitmem.tests;

import org.jspecify.annotations.NullMarked;
