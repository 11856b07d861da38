package io.jitmem.virtmem;

import java.util.Objects;

/**
 * Something in the environment of this process that bears on executable memory: a policy, a limit,
 * a setting. {@link Capabilities} tell what works; conditions tell why, and what may fail later.
 *
 * @param name the system's own word for it
 * @param value what it is now, for a person to read
 * @param restricts whether it takes something away from this process
 * @param meaning what follows from it; never empty where it restricts
 */
public record Condition(String name, String value, boolean restricts, String meaning) {
  /**
   * Checks that a restriction is explained.
   *
   * @throws IllegalArgumentException if the name or the value is empty, or a restriction has no
   *     meaning
   */
  public Condition {
    Objects.requireNonNull(meaning, "meaning");
    if (name.isEmpty() || value.isEmpty()) {
      throw new IllegalArgumentException("a condition has a name and a value");
    }
    if (restricts && meaning.isEmpty()) {
      throw new IllegalArgumentException(name + " restricts without saying what");
    }
  }

  /**
   * A condition that takes nothing away.
   *
   * @param name the system's word for it
   * @param value what it is now
   * @return a condition without a meaning
   */
  public static Condition harmless(String name, String value) {
    return new Condition(name, value, false, "");
  }

  /**
   * A condition that takes something away.
   *
   * @param name the system's word for it
   * @param value what it is now
   * @param meaning what follows from it
   * @return a restricting condition
   * @throws IllegalArgumentException if a text is empty
   */
  public static Condition restricting(String name, String value, String meaning) {
    return new Condition(name, value, true, meaning);
  }
}
