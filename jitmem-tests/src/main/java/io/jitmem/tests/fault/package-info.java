/**
 * Failures on demand: {@link io.jitmem.tests.fault.FaultyVirtMem} lets chosen calls of any backend
 * fail, as {@link io.jitmem.tests.fault.FaultPlan} says.
 */
@NullMarked
package io.jitmem.tests.fault;

import org.jspecify.annotations.NullMarked;
