package io.jitmem.virtmem;

import java.util.Objects;

/**
 * One way of doing something and whether it works here, as tried.
 *
 * @param ability what is done
 * @param mechanism the means, in the system's own words; unique among the capabilities of one
 *     ability
 * @param available whether it worked when it was tried
 * @param detail the reason where it is not available, never empty then; else a remark, or empty
 */
public record Capability(Ability ability, String mechanism, boolean available, String detail) {
  /**
   * Checks that a refusal has a reason.
   *
   * @throws IllegalArgumentException if the mechanism is empty, or a refusal has no reason
   */
  public Capability {
    Objects.requireNonNull(ability, "ability");
    if (mechanism.isEmpty()) {
      throw new IllegalArgumentException("a capability names its mechanism");
    }
    if (!available && detail.isEmpty()) {
      throw new IllegalArgumentException(
          ability + " by " + mechanism + " is refused without a reason");
    }
  }

  /**
   * A mechanism that worked.
   *
   * @param ability what is done
   * @param mechanism the means
   * @param remark what is worth knowing about it, or empty
   * @return an available capability
   */
  public static Capability available(Ability ability, String mechanism, String remark) {
    return new Capability(ability, mechanism, true, remark);
  }

  /**
   * A mechanism that did not work.
   *
   * @param ability what is done
   * @param mechanism the means
   * @param reason which call failed, how, and what in this environment causes it
   * @return an unavailable capability
   * @throws IllegalArgumentException if the reason is empty
   */
  public static Capability unavailable(Ability ability, String mechanism, String reason) {
    return new Capability(ability, mechanism, false, reason);
  }
}
