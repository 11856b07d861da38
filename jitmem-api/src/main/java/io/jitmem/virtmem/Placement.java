package io.jitmem.virtmem;

/** Where in the address space a reservation should lie. */
public sealed interface Placement {
  /**
   * Wherever the system likes.
   *
   * @return the placement without a condition
   */
  static Placement anywhere() {
    return new Anywhere();
  }

  /**
   * Wholly within a distance of an address, as a branch with a limited reach needs.
   *
   * @param address the address to stay near to
   * @param distance the greatest distance in bytes of any reserved byte, above 0
   * @return the placement with that condition
   * @throws IllegalArgumentException if {@code distance} is not positive
   */
  static Placement near(long address, long distance) {
    return new Near(address, distance);
  }

  /** Wherever the system likes. */
  record Anywhere() implements Placement {}

  /**
   * Wholly within a distance of an address.
   *
   * @param address the address to stay near to
   * @param distance the greatest distance in bytes of any reserved byte, above 0
   */
  record Near(long address, long distance) implements Placement {
    /**
     * Checks the distance.
     *
     * @throws IllegalArgumentException if {@code distance} is not positive
     */
    public Near {
      if (distance <= 0) {
        throw new IllegalArgumentException("distance " + distance + " is not above 0");
      }
    }
  }
}
