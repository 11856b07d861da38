package io.jitmem.windows;

import io.jitmem.audit.Declared;
import io.jitmem.audit.Prototype;
import io.jitmem.audit.SystemTable;
import io.jitmem.nativecall.NativeFunction;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;

/** What this module says of Windows, and what the tables of the test resources say, by name. */
final class Tables {
  private Tables() {}

  /** Every constant of {@link WindowsAbi} and every error, by its name there. */
  static Map<String, Long> ourConstants() {
    Map<String, Long> ours = Declared.numbers(MethodHandles.lookup(), WindowsAbi.class);
    WindowsErrors.names().forEach((code, name) -> ours.put(name, (long) code));
    return ours;
  }

  static List<Prototype> ourFunctions() {
    return WindowsFunctions.ALL.stream().map(Tables::prototype).toList();
  }

  static Prototype prototype(NativeFunction function) {
    return Prototype.of(function.symbol(), function.descriptor())
        .variadicFrom(function.firstVariadic())
        .in(function.libraries());
  }

  /** What {@code constants.tsv} and {@code functions.tsv} say. */
  static SystemTable known() {
    return SystemTable.read("windows", Tables.class, "constants.tsv", "functions.tsv");
  }
}
