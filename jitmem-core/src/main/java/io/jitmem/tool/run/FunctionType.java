package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/** The type of a native function, written as {@code int(ptr,long)}. */
record FunctionType(NativeType result, List<NativeType> parameters) {
  /** The JVM passes 255 words at most, a {@code long} takes two, and the linker needs a few. */
  static final int MAX_PARAMETERS = 100;

  private static final String ACCEPTED =
      "; a type is written as RESULT(PARAMETER,...), as in int(ptr,long)";

  FunctionType {
    parameters = List.copyOf(parameters);
  }

  /**
   * Reads a type.
   *
   * @throws UsageException if it is not written so, or names an unknown type
   */
  static FunctionType parse(String text) {
    String stripped = text.strip();
    int open = stripped.indexOf('(');
    if (open < 0 || !stripped.endsWith(")")) {
      throw new UsageException(Quoted.of(text) + " is not the type of a function" + ACCEPTED);
    }
    NativeType result = NativeType.named(stripped.substring(0, open).strip());
    String parameters = stripped.substring(open + 1, stripped.length() - 1).strip();
    return new FunctionType(result, parseParameters(parameters));
  }

  /** What the linker needs to know. */
  FunctionDescriptor descriptor() {
    MemoryLayout[] layouts = new MemoryLayout[parameters.size()];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = parameters.get(i).layout();
    }
    return result == NativeType.VOID
        ? FunctionDescriptor.ofVoid(layouts)
        : FunctionDescriptor.of(result.layout(), layouts);
  }

  /**
   * Reads arguments.
   *
   * @param memory where strings are put that arguments point to
   * @throws UsageException if there are too few or too many, or one is no value of its type
   */
  List<Object> arguments(List<String> texts, SegmentAllocator memory) {
    if (texts.size() != parameters.size()) {
      throw new UsageException(this + " takes " + wanted() + ", not " + texts.size());
    }
    List<Object> arguments = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        arguments.add(parameters.get(i).parse(texts.get(i), memory));
      } catch (UsageException wrong) {
        throw wrong.at("argument " + (i + 1) + " (" + parameters.get(i) + ")");
      }
    }
    return arguments;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(result.toString()).append('(');
    for (int i = 0; i < parameters.size(); i++) {
      text.append(i == 0 ? "" : ",").append(parameters.get(i));
    }
    return text.append(')').toString();
  }

  private String wanted() {
    return switch (parameters.size()) {
      case 0 -> "no arguments";
      case 1 -> "1 argument";
      default -> parameters.size() + " arguments";
    };
  }

  private static List<NativeType> parseParameters(String text) {
    if (text.isEmpty() || text.equals(NativeType.VOID.toString())) {
      return List.of();
    }
    List<NativeType> parameters = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int comma = text.indexOf(',', start);
      int end = comma < 0 ? text.length() : comma;
      parameters.add(parseParameter(text.substring(start, end).strip()));
      start = end + 1;
    }
    if (parameters.size() > MAX_PARAMETERS) {
      throw new UsageException(
          "a function takes at most " + MAX_PARAMETERS + " arguments, not " + parameters.size());
    }
    return parameters;
  }

  private static NativeType parseParameter(String name) {
    NativeType type = NativeType.named(name);
    if (type == NativeType.VOID) {
      throw new UsageException(
          "void is a result or stands alone in the brackets, as in int(void)" + ACCEPTED);
    }
    return type;
  }
}
