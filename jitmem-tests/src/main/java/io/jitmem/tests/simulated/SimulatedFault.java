package io.jitmem.tests.simulated;

import java.io.Serial;

/**
 * What a processor would have answered with a fault, or with old instructions: an access that the
 * pages do not allow, or execution of code that was not made visible. The message says which
 * address, what was done and what the page is.
 */
public final class SimulatedFault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The address that could not be accessed. */
  private final long address;

  SimulatedFault(long address, String message) {
    super(message);
    this.address = address;
  }

  /**
   * Where it happened.
   *
   * @return the lowest address that could not be accessed
   */
  public long address() {
    return address;
  }
}
