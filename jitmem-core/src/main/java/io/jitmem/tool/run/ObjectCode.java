package io.jitmem.tool.run;

import io.jitmem.code.CodeLibrary;
import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.ffm.NativeAccess;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.tool.command.InputFile;
import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import io.jitmem.virtmem.Architecture;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Object files, and what they need of static libraries, to be linked together.
 *
 * @param codes what is linked
 * @param links shared libraries to look up what none of it defines
 * @param symbol the function to call
 */
record ObjectCode(List<MachineCode> codes, List<String> links, String symbol)
    implements CodeSource {
  private static final int MAX_BYTES = 1 << 30;
  private static final int SHOWN_NAMES = 20;
  private static final InputFile OBJECT =
      new InputFile(MAX_BYTES, "an object file of up to " + MAX_BYTES + " bytes");
  private static final InputFile LIBRARY =
      new InputFile(MAX_BYTES, "a static library of up to " + MAX_BYTES + " bytes");

  /** The files as they are named in the command line. */
  record Files(List<String> objects, List<String> libraries, List<String> links) {
    boolean isEmpty() {
      return objects.isEmpty() && libraries.isEmpty();
    }
  }

  /**
   * Reads the files.
   *
   * @param symbol the function to call; null if there is only one in the objects
   * @throws UsageException if a file cannot be read, or there is no such function
   * @throws io.jitmem.code.ObjectFileException if a file cannot be loaded
   */
  static ObjectCode read(Files files, @Nullable String symbol, InputStream in) {
    List<MachineCode> codes = new ArrayList<>();
    for (String name : files.objects()) {
      codes.add(MachineCode.fromElf(name, name.equals("-") ? OBJECT.read(in) : OBJECT.read(name)));
    }
    List<CodeLibrary> libraries = new ArrayList<>();
    for (String name : files.libraries()) {
      libraries.add(CodeLibrary.of(name, LIBRARY.read(name)));
    }
    String called = symbol == null ? onlyFunction(codes) : symbol;
    codes.addAll(CodeLibrary.needed(withCaller(codes, called), libraries));
    requireFunction(codes, called);
    return new ObjectCode(codes, files.links(), called);
  }

  /**
   * A library's function can be called as well as an object's; of the caller only its need counts.
   */
  private static List<MachineCode> withCaller(List<MachineCode> codes, String symbol) {
    var caller = MachineCode.builder(Architecture.X86_64);
    caller.undefined(symbol);
    List<MachineCode> all = new ArrayList<>(codes);
    all.add(caller.build());
    return all;
  }

  private static String onlyFunction(List<MachineCode> codes) {
    List<String> names = functions(codes);
    if (names.size() != 1) {
      throw new UsageException(
          "run needs the name of a function, as in --symbol fib" + shown(names));
    }
    return names.getFirst();
  }

  private static void requireFunction(List<MachineCode> codes, String symbol) {
    List<String> names = functions(codes);
    if (!names.contains(symbol)) {
      throw new UsageException(
          "--symbol: there is no function "
              + Quoted.of(symbol)
              + NearestName.question(symbol, names)
              + shown(names));
    }
  }

  private static String shown(List<String> names) {
    if (names.isEmpty()) {
      return "; the objects define none";
    }
    String first = String.join(", ", names.subList(0, Math.min(SHOWN_NAMES, names.size())));
    return "; there are " + first + (names.size() > SHOWN_NAMES ? ", and more" : "");
  }

  private static List<String> functions(List<MachineCode> codes) {
    List<String> names = new ArrayList<>();
    for (MachineCode code : codes) {
      for (Symbol symbol : code.symbols()) {
        if (isFunction(symbol) && !names.contains(symbol.name())) {
          names.add(symbol.name());
        }
      }
    }
    return names;
  }

  private static boolean isFunction(Symbol symbol) {
    return symbol.binding() != Symbol.Binding.LOCAL
        && symbol.definition() instanceof Symbol.InSection place
        && place.section().kind() == Section.Kind.CODE;
  }

  @Override
  public MethodHandle load(JitRuntime runtime, FunctionDescriptor type, Arena arena) {
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    for (String link : links.reversed()) {
      lookup = library(link, arena).or(lookup);
    }
    return runtime.addModule(codes, lookup).function(symbol).handle(type);
  }

  private static SymbolLookup library(String name, Arena arena) {
    try {
      return NativeAccess.library(name, arena);
    } catch (IllegalArgumentException notFound) {
      throw new UnsupportedOperationException(
          "--link: the system finds no shared library " + Quoted.of(name), notFound);
    }
  }
}
