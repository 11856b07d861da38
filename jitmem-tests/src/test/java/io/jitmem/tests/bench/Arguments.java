package io.jitmem.tests.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Arguments of a command, options before, between or after the others. What is wrong with them is
 * told by an {@link IllegalArgumentException}.
 */
final class Arguments {
  /** Larger than any machine has room for, and small enough for an array. */
  static final int MAX_LIVE = 100_000_000;

  private final List<String> rest;

  Arguments(String[] arguments) {
    rest = new ArrayList<>(List.of(arguments));
  }

  /** Takes an option without a value. */
  boolean takeFlag(String name) {
    return rest.remove(name);
  }

  /** Takes an option and its value. */
  Optional<String> takeOption(String name) {
    int at = rest.indexOf(name);
    if (at < 0) {
      return Optional.empty();
    }
    if (at + 1 == rest.size()) {
      throw new IllegalArgumentException(name + " wants a value");
    }
    rest.remove(at);
    return Optional.of(rest.remove(at));
  }

  /** The other arguments, once all options are taken. */
  List<String> positional(int atMost) {
    for (String argument : rest) {
      if (argument.startsWith("--")) {
        throw new IllegalArgumentException("there is no option " + argument);
      }
    }
    if (rest.size() > atMost) {
      throw new IllegalArgumentException("'" + rest.get(atMost) + "' is one argument too many");
    }
    return rest;
  }

  /** A number of live spans; of fewer than two no half can be released. */
  static int live(String text) {
    return (int) number("LIVE", text, 2, MAX_LIVE);
  }

  static long number(String what, String text, long least, long greatest) {
    if (text.matches("[0-9]{1,12}")) {
      long number = Long.parseLong(text);
      if (number >= least && number <= greatest) {
        return number;
      }
    }
    throw new IllegalArgumentException(
        what + " is a whole number from " + least + " to " + greatest + ", not '" + text + "'");
  }

  /** A file, seen from where the command was given. */
  static Path file(String name) {
    return Path.of(System.getProperty("jitmem.bench.directory", "")).resolve(name);
  }
}
