package io.jitmem.tool.command;

import java.util.List;

/** How a report is written. */
public enum OutputFormat {
  /** For a person. */
  TEXT,
  /** For a program. */
  JSON;

  /** The option that chooses. */
  public static final String OPTION = "--format";

  private static final List<String> NAMES = List.of("text", "json");

  /**
   * The format that is asked for, or text.
   *
   * @throws UsageException if there is no such format
   */
  public static OutputFormat of(Options options) {
    String format = options.value(OPTION);
    if (format == null) {
      return TEXT;
    }
    return switch (format) {
      case "text" -> TEXT;
      case "json" -> JSON;
      default -> throw UnknownName.of(OPTION, "format", format, NAMES);
    };
  }
}
