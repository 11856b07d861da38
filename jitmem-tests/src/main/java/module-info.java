/**
 * A test dependency for those who write a backend or build on the allocator: the promises of a
 * backend as tests ({@link io.jitmem.tests.VirtMemContract}), those of an allocator as properties
 * ({@link io.jitmem.tests.allocator.AllocatorContract}), a system that exists on the heap only
 * ({@link io.jitmem.tests.simulated.SimulatedVirtMem}), and failures on demand ({@link
 * io.jitmem.tests.fault.FaultyVirtMem}).
 */
module io.jitmem.tests {
  requires transitive io.jitmem.core;
  requires transitive net.jqwik.api;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires static org.jspecify;

  exports io.jitmem.tests;
  exports io.jitmem.tests.allocator;
  exports io.jitmem.tests.fault;
  exports io.jitmem.tests.simulated;

  // The tests of a contract are not public, and a subclass in another module inherits them.
  opens io.jitmem.tests to
      org.junit.platform.commons;
}
