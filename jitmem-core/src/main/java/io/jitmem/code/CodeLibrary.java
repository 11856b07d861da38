package io.jitmem.code;

import io.jitmem.elf.Archive;
import io.jitmem.elf.ElfObject;
import io.jitmem.elf.ElfSymbol;
import io.jitmem.elf.FileBytes;
import io.jitmem.elf.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A static library: an {@code ar} archive of ELF objects, from which linking takes what it needs.
 * Immutable and thread-safe. An object is translated when it is first taken.
 */
public final class CodeLibrary {
  private final String name;
  private final Archive archive;
  private final Map<String, Integer> definitions;
  private final ConcurrentHashMap<Integer, MachineCode> translated = new ConcurrentHashMap<>();

  private CodeLibrary(String name, Archive archive) {
    this.name = name;
    this.archive = archive;
    definitions = archive.indexed() ? indexed() : searched();
  }

  /**
   * Reads a library. Its file is not needed afterwards.
   *
   * @param file an archive, with an index in the manner of GNU (of 32 or 64 bits) or of the BSDs,
   *     or without any
   * @return the library, named like the file
   * @throws IOException if the file cannot be read
   * @throws ObjectFileException if it is damaged, a thin archive or none at all
   */
  public static CodeLibrary open(Path file) throws IOException {
    return of(MachineCode.fileName(file), Files.readAllBytes(file));
  }

  /**
   * Reads a library from memory.
   *
   * @param name what messages call it
   * @param bytes the contents of an archive, which are copied
   * @return the library
   * @throws ObjectFileException as in {@link #open}
   */
  public static CodeLibrary of(String name, byte[] bytes) {
    FileBytes file = FileBytes.of(bytes.clone());
    return new CodeLibrary(name, ElfTranslator.checked(name, () -> Archive.read(file)));
  }

  /**
   * Takes from libraries whatever code needs: each object that defines a symbol which is needed and
   * not defined, and what that object needs in turn. The libraries are searched as often as it
   * takes, so their order only matters where two define the same symbol: the first is taken. What
   * nobody defines is left to a lookup. A weak reference takes nothing.
   *
   * @param code what is to be linked
   * @param libraries where to look
   * @return the objects to be linked together with it, each once
   * @throws ObjectFileException if one of them cannot be loaded
   */
  public static List<MachineCode> needed(
      Collection<MachineCode> code, List<CodeLibrary> libraries) {
    Set<String> defined = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    code.forEach(unit -> note(unit, defined, open));
    Set<MachineCode> taken = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      String symbol = open.removeFirst();
      MachineCode definer = defined.contains(symbol) ? null : definer(symbol, libraries);
      if (definer != null && taken.add(definer)) {
        note(definer, defined, open);
      }
    }
    return List.copyOf(taken);
  }

  private static void note(MachineCode unit, Set<String> defined, Deque<String> open) {
    for (Symbol symbol : unit.symbols()) {
      if (symbol.binding() != Symbol.Binding.LOCAL && symbol.isDefined()) {
        defined.add(symbol.name());
      } else if (symbol.binding() == Symbol.Binding.GLOBAL) {
        open.addLast(symbol.name());
      }
    }
  }

  private static @Nullable MachineCode definer(String symbol, List<CodeLibrary> libraries) {
    for (CodeLibrary library : libraries) {
      Integer member = library.definitions.get(symbol);
      if (member != null) {
        return library.member(member);
      }
    }
    return null;
  }

  /**
   * What messages call it.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What is in it.
   *
   * @return the names of its files in their order; several may have the same
   */
  public List<String> members() {
    return archive.members().stream().map(Archive.Member::name).toList();
  }

  /**
   * The symbols that its objects define.
   *
   * @return an immutable set of names
   */
  public Set<String> symbols() {
    return Set.copyOf(definitions.keySet());
  }

  /**
   * Takes all of it, as a linker's {@code --whole-archive} does.
   *
   * @return the code of each file in it, named like {@code libz.a(adler32.o)}
   * @throws ObjectFileException if one of them cannot be loaded
   */
  public List<MachineCode> all() {
    List<MachineCode> all = new ArrayList<>();
    for (int i = 0; i < archive.members().size(); i++) {
      all.add(member(i));
    }
    return all;
  }

  @Override
  public String toString() {
    return "CodeLibrary[%s, %d objects, %d symbols]"
        .formatted(name, archive.members().size(), definitions.size());
  }

  private MachineCode member(int index) {
    return translated.computeIfAbsent(index, this::translate);
  }

  private MachineCode translate(int index) {
    Archive.Member member = archive.members().get(index);
    return ElfTranslator.translate(name + "(" + member.name() + ")", member.bytes());
  }

  private Map<String, Integer> indexed() {
    Map<String, Integer> definitions = new HashMap<>();
    for (Archive.Definition definition : archive.index()) {
      definitions.putIfAbsent(definition.symbol(), definition.member());
    }
    return definitions;
  }

  private Map<String, Integer> searched() {
    Map<String, Integer> definitions = new HashMap<>();
    for (int i = 0; i < archive.members().size(); i++) {
      for (String symbol : defined(archive.members().get(i))) {
        definitions.putIfAbsent(symbol, i);
      }
    }
    return definitions;
  }

  /** What is not an object defines nothing; taking all of the library tells what it is. */
  private static List<String> defined(Archive.Member member) {
    try {
      return ElfObject.read(member.bytes()).symbols().stream()
          .filter(symbol -> !symbol.isLocal() && symbol.isDefined())
          .map(ElfSymbol::name)
          .toList();
    } catch (FormatException noObject) {
      return List.of();
    }
  }
}
