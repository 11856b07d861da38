package io.jitmem.virtmem;

/**
 * What a hardened system asks of code that makes code.
 *
 * @param enabled memory that is writable and executable at once is refused
 * @param mapJit memory under a per-thread write switch is available
 * @param dualMapping dual mapping is available
 */
public record HardenedRuntime(boolean enabled, boolean mapJit, boolean dualMapping) {
  /**
   * What capabilities come to.
   *
   * @param found what was found that a backend can do
   * @return the summary of it
   */
  public static HardenedRuntime of(Capabilities found) {
    return new HardenedRuntime(
        !found.allows(Ability.RWX),
        found.allows(Ability.MAP_JIT),
        found.allows(Ability.DUAL_MAPPING));
  }
}
