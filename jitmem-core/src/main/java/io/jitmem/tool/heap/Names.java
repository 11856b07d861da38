package io.jitmem.tool.heap;

import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.util.List;

/** Refuses names that there are not. */
final class Names {
  private Names() {}

  static UsageException unknown(String option, String what, String given, List<String> names) {
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
