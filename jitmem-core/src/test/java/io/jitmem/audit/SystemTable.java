package io.jitmem.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What is known of the numbers and functions of one system, from tables that name the source of
 * each line; and what is said otherwise elsewhere. Immutable.
 *
 * <p>A table is text: lines of columns that are separated by tabs, of which the first names the
 * columns. Their order is free, and columns that are not named here, as {@code source}, are for
 * readers.
 *
 * <table>
 * <caption>Columns</caption>
 * <tr><th>column</th><th>in the table of</th><th>what is in it</th></tr>
 * <tr><td>{@code os}</td><td>both</td><td>the system, or {@code *} for all; all, if there is no
 *     such column</td></tr>
 * <tr><td>{@code arch}</td><td>both</td><td>the CPU, or {@code *} for all; all, if there is no such
 *     column</td></tr>
 * <tr><td>{@code name}</td><td>numbers</td><td>as in C</td></tr>
 * <tr><td>{@code value}</td><td>numbers</td><td>decimal, or hexadecimal after {@code 0x}; lines with
 *     anything else, as {@code bit 3}, are for readers</td></tr>
 * <tr><td>{@code function}</td><td>functions</td><td>the symbol</td></tr>
 * <tr><td>{@code result}</td><td>functions</td><td>its size in bytes, 0 for {@code void}</td></tr>
 * <tr><td>{@code parameters}</td><td>functions</td><td>their sizes in bytes, separated by
 *     blanks</td></tr>
 * <tr><td>{@code variadic from}</td><td>functions</td><td>the index of the first variadic argument, or
 *     {@code -}; none is variadic if there is no such column</td></tr>
 * <tr><td>{@code library}</td><td>functions</td><td>where it is; not compared if there is no such
 *     column</td></tr>
 * </table>
 */
public final class SystemTable {
  private final String system;
  private final List<Value> numbers;
  private final List<Signature> functions;

  /** A line of the table of numbers. */
  private record Value(String cpu, String name, long value) {}

  /** A line of the table of functions. */
  private record Signature(String cpu, Prototype prototype, boolean hasLibrary) {}

  private SystemTable(String system, List<Value> numbers, List<Signature> functions) {
    this.system = system;
    this.numbers = numbers;
    this.functions = functions;
  }

  /**
   * Reads the tables of a system.
   *
   * @param system as in the tables; case does not matter
   * @param owner the class by which the tables are found, as in {@link Class#getResourceAsStream};
   *     if it is in a named module, their package must be open to this one
   * @param numbers the table of numbers
   * @param functions the table of functions
   * @return what they say of the system, on all CPUs
   * @throws IllegalArgumentException if there is no such table, or a line that cannot be read
   */
  public static SystemTable read(String system, Class<?> owner, String numbers, String functions) {
    String key = system.toLowerCase(Locale.ROOT);
    return new SystemTable(
        key,
        Row.read(owner, numbers).stream()
            .filter(row -> row.isOf("os", key))
            .flatMap(SystemTable::number)
            .toList(),
        Row.read(owner, functions).stream()
            .filter(row -> row.isOf("os", key))
            .map(SystemTable::function)
            .toList());
  }

  private static Stream<Value> number(Row row) {
    return row.number("value").stream()
        .mapToObj(value -> new Value(row.textOr("arch", "*"), row.text("name"), value));
  }

  private static Signature function(Row row) {
    String library = row.textOr("library", "");
    Prototype prototype =
        new Prototype(
            row.text("function"),
            row.size("result"),
            row.sizes("parameters"),
            row.textOr("variadic from", "-").equals("-")
                ? Prototype.NOT_VARIADIC
                : Math.toIntExact(row.size("variadic from")),
            library.isEmpty() ? List.of() : List.of(library.split(" or ")));
    return new Signature(row.textOr("arch", "*"), prototype, row.has("library"));
  }

  /**
   * The same tables on one CPU. Without this, what is compared must be what the lines of all CPUs
   * say.
   *
   * @param cpu as in the tables
   * @return what they say of that CPU
   */
  public SystemTable onCpu(String cpu) {
    return new SystemTable(
        system,
        numbers.stream().filter(line -> isOn(cpu, line.cpu)).toList(),
        functions.stream().filter(line -> isOn(cpu, line.cpu)).toList());
  }

  private static boolean isOn(String cpu, String lines) {
    return lines.equals("*") || lines.equals(cpu);
  }

  /**
   * The functions that the table knows.
   *
   * @return their symbols
   */
  public Set<String> functions() {
    Set<String> symbols = new TreeSet<>();
    functions.forEach(line -> symbols.add(line.prototype.symbol()));
    return Collections.unmodifiableSet(symbols);
  }

  /**
   * What is wrong with a number that is called by a name.
   *
   * @param name the name, as in C
   * @param ours the value; a number of 32 bits may be negative where the table has it without a
   *     sign
   * @return empty if it is what each line of the table says; else what a line says, or that there
   *     is none
   */
  public Optional<String> difference(String name, long ours) {
    List<Value> known = numbers.stream().filter(line -> line.name.equals(name)).toList();
    if (known.isEmpty()) {
      return Optional.of(name + " is not in the table of " + system);
    }
    return known.stream()
        .filter(line -> !isSame(ours, line.value))
        .map(line -> name + " is " + line.value + on(line.cpu) + ", not " + ours)
        .findFirst();
  }

  private static boolean isSame(long ours, long known) {
    return ours == known || (ours == (int) known && known == (known & 0xffff_ffffL));
  }

  private String on(String cpu) {
    return " on " + system + (cpu.equals("*") ? "" : ", " + cpu);
  }

  /**
   * What is wrong with numbers.
   *
   * @param ours the numbers by their names
   * @return a line for each that is wrong; empty if all are what the table says
   */
  public List<String> differences(Map<String, Long> ours) {
    List<String> found = new ArrayList<>();
    new TreeMap<>(ours).forEach((name, value) -> difference(name, value).ifPresent(found::add));
    return Collections.unmodifiableList(found);
  }

  /**
   * What is wrong with a prototype.
   *
   * @param ours the prototype
   * @return empty if sizes, variadic arguments and, if the table tells of them, libraries are what
   *     each line of the table says; else what a line says, or that there is none
   */
  public Optional<String> difference(Prototype ours) {
    List<Signature> known =
        functions.stream().filter(line -> line.prototype.symbol().equals(ours.symbol())).toList();
    if (known.isEmpty()) {
      return Optional.of(ours.symbol() + " is not in the table of " + system);
    }
    return known.stream().flatMap(line -> difference(line, ours).stream()).findFirst();
  }

  private Optional<String> difference(Signature known, Prototype ours) {
    String right = known.hasLibrary ? withLibraries(known.prototype) : known.prototype.signature();
    String said = known.hasLibrary ? withLibraries(ours) : ours.signature();
    return Objects.equals(right, said)
        ? Optional.empty()
        : Optional.of(ours.symbol() + " is " + right + on(known.cpu) + ", not " + said);
  }

  private static String withLibraries(Prototype prototype) {
    return prototype.signature() + " in " + String.join(" or ", prototype.libraries());
  }

  /**
   * What is wrong with prototypes.
   *
   * @param ours the prototypes
   * @return a line for each that is wrong; empty if all are what the table says
   */
  public List<String> differences(Collection<Prototype> ours) {
    return ours.stream().map(this::difference).flatMap(Optional::stream).toList();
  }
}
