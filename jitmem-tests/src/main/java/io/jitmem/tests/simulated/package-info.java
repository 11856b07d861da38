/**
 * A system that exists in the Java heap only: {@link io.jitmem.tests.simulated.SimulatedVirtMem}.
 * It refuses what it is told to refuse, counts what is mapped, and says when memory is used in a
 * way that its pages do not allow.
 */
@NullMarked
package io.jitmem.tests.simulated;

import org.jspecify.annotations.NullMarked;
