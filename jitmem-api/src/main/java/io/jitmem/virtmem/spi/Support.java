package io.jitmem.virtmem.spi;

import java.util.Objects;

/**
 * A provider's answer to the question whether it serves a platform.
 *
 * @param supported whether it does
 * @param reason why not, never empty if it does not
 */
public record Support(boolean supported, String reason) {
  /**
   * Checks that a no has a reason.
   *
   * @throws IllegalArgumentException if it has none
   */
  public Support {
    Objects.requireNonNull(reason, "reason");
    if (!supported && reason.isEmpty()) {
      throw new IllegalArgumentException("a no needs a reason");
    }
  }

  /**
   * The platform is served.
   *
   * @return a yes
   */
  public static Support yes() {
    return new Support(true, "");
  }

  /**
   * The platform is not served.
   *
   * @param reason why not, for a person to read
   * @return a no
   * @throws IllegalArgumentException if the reason is empty
   */
  public static Support no(String reason) {
    return new Support(false, reason);
  }
}
