package io.jitmem.tool.command;

import java.util.List;

/** Refuses names that there are not. */
public final class UnknownName {
  private UnknownName() {}

  /**
   * The error for an option's value.
   *
   * @param what is named
   * @param names those that there are
   */
  public static UsageException of(String option, String what, String given, List<String> names) {
    return new UsageException(
        option
            + ": unknown "
            + what
            + " "
            + Quoted.of(given)
            + NearestName.question(given, names)
            + "; there are "
            + String.join(", ", names));
  }
}
