package io.jitmem.tool.command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command's arguments, taken apart: options, each with a value as {@code --name value} or {@code
 * --name=value}, and operands, in any order. After {@code --} all are operands, and so is what
 * looks like a negative number, anywhere.
 */
public final class Options {
  private final List<String> names;
  private final List<String> repeatable;
  private final Map<String, List<String>> values = new HashMap<>();
  private final List<String> operands = new ArrayList<>();

  private Options(List<String> names, List<String> repeatable) {
    this.names = names;
    this.repeatable = repeatable;
  }

  /**
   * Takes arguments apart.
   *
   * @param names the options that there are, with their dashes
   * @throws UsageException if an option is unknown, given twice or without a value
   */
  public static Options parse(List<String> names, List<String> arguments) {
    return parse(names, List.of(), arguments);
  }

  /**
   * Takes arguments apart.
   *
   * @param names the options that there are, with their dashes
   * @param repeatable those of them that may be given more than once
   * @throws UsageException if an option is unknown, given twice although it may not, or without a
   *     value
   */
  public static Options parse(List<String> names, List<String> repeatable, List<String> arguments) {
    Options options = new Options(names, repeatable);
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      if (argument.equals("--")) {
        options.addOperands(rest);
      } else if (isOption(argument)) {
        options.addOption(argument, rest);
      } else {
        options.operands.add(argument);
      }
    }
    return options;
  }

  /** An option's value, or null if the option was not given. */
  public @Nullable String value(String name) {
    List<String> given = values.get(name);
    return given == null ? null : given.getFirst();
  }

  /**
   * An option's value as a whole number, or another number if the option was not given.
   *
   * @throws UsageException if it is no whole number in decimal, or out of range
   */
  public long number(String name, long least, long greatest, long otherwise) {
    String text = value(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return WholeNumbers.decimal(least, greatest).parse(text);
    } catch (UsageException wrong) {
      throw wrong.at(name);
    }
  }

  /** An option's values in their order, none if the option was not given. */
  public List<String> values(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** What is not an option. */
  public List<String> operands() {
    return operands;
  }

  private void addOption(String argument, Iterator<String> rest) {
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    if (!names.contains(name)) {
      throw unknown(name);
    }
    String value = equals < 0 ? next(name, rest) : argument.substring(equals + 1);
    List<String> given = values.get(name);
    if (given == null) {
      given = new ArrayList<>();
      values.put(name, given);
    } else if (!repeatable.contains(name)) {
      throw new UsageException(name + " is given twice; once is enough");
    }
    given.add(value);
  }

  private void addOperands(Iterator<String> rest) {
    while (rest.hasNext()) {
      operands.add(rest.next());
    }
  }

  private static String next(String name, Iterator<String> rest) {
    String value = rest.hasNext() ? rest.next() : "--";
    if (value.startsWith("--")) {
      throw new UsageException(name + " needs a value: " + name + " VALUE or " + name + "=VALUE");
    }
    return value;
  }

  private UsageException unknown(String name) {
    return new UsageException(
        "unknown option "
            + Quoted.of(name)
            + NearestName.question(name, names)
            + "; there are "
            + String.join(", ", names)
            + ", and -- before arguments that start with a dash");
  }

  /** Whether an argument is meant as an option: {@code -}, -5, -.5 and -Infinity are not. */
  private static boolean isOption(String argument) {
    if (argument.length() < 2 || argument.charAt(0) != '-') {
      return false;
    }
    char second = argument.charAt(1);
    boolean number = second == '.' || (second >= '0' && second <= '9');
    return !number && !argument.equals("-Infinity") && !argument.equals("-NaN");
  }
}
