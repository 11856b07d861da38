package io.jitmem.shims;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.NativeFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A library of {@code shims/} that was compiled for the CPU of this JVM, and what tests ask of it.
 */
@SuppressWarnings("restricted")
final class ShimLibrary {
  private static final Path SOURCES =
      Path.of(System.getProperty("jitmem.top"), "jitmem-tests/src/test/resources/shims");
  private static final String CPU = System.getProperty("os.arch");

  /** Where this JVM is emulated, the cross compilers of the machine are used. */
  private static final String COMPILER =
      System.getProperty("jitmem.emulated") == null ? "gcc" : CPU + "-linux-gnu-gcc";

  private final SymbolLookup functions;

  private ShimLibrary(SymbolLookup functions) {
    this.functions = functions;
  }

  /** Skips the test, and says so, where no shim can be made. */
  static void assumePossible() {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "the shim is made of Linux's calls");
    assumeTrue(
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, COMPILER))),
        COMPILER + " is not installed");
  }

  /** Compiles a source with C macros and loads what came of it. */
  static ShimLibrary compiled(String source, List<String> macros) {
    try {
      Path library = Files.createTempFile("jitmem-shim-", ".so");
      library.toFile().deleteOnExit();
      run(command(SOURCES.resolve(source), library, macros));
      return new ShimLibrary(SymbolLookup.libraryLookup(library, Arena.global()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** The run-time library that compilers bring. */
  static ShimLibrary ofCompiler() {
    return new ShimLibrary(SymbolLookup.libraryLookup("libgcc_s.so.1", Arena.global()));
  }

  private static List<String> command(Path source, Path library, List<String> macros) {
    List<String> command = new ArrayList<>(List.of(COMPILER, "-Wall", "-Wextra", "-Werror"));
    command.addAll(
        List.of("-O1", "-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-Bsymbolic"));
    // A look-up in a library finds what the libraries have that it names, the C library's own.
    command.add("-nostdlib");
    macros.forEach(macro -> command.add("-D" + macro));
    command.addAll(List.of("-o", library.toString(), source.toString()));
    if (CPU.equals("aarch64")) {
      command.add("-lgcc"); // for __clear_cache
    }
    return command;
  }

  private static void run(List<String> command) throws IOException {
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** The address of a function or variable, if the library has it. */
  Optional<MemorySegment> find(String symbol) {
    return functions.find(symbol);
  }

  /** What a backend's binder does with a function. */
  Optional<MethodHandle> bind(NativeFunction function) {
    return find(function.symbol())
        .map(symbol ->
            Linker.nativeLinker()
                .downcallHandle(symbol, function.descriptor(), function.options()));
  }

  /** What a backend's binder does with mapped memory. */
  static MemorySegment segment(long address, long byteSize, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
  }

  /** What was asked for that the system would not take or would punish; empty if nothing. */
  String complaint() {
    try {
      MemorySegment text =
          (MemorySegment) function("shim_complaint", FunctionDescriptor.of(ADDRESS)).invokeExact();
      return text.reinterpret(400).getString(0);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Forgets what there was to complain of. */
  void forgive() {
    call("shim_forgive");
  }

  /** Calls a function without arguments or answer. */
  void call(String name) {
    try {
      function(name, FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Bytes that are mapped through the shim. */
  long mappedBytes() {
    try {
      return (long) function("shim_mapped", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /**
   * Makes calls fail from now on: of a function, or of all that may fail if the name is empty; that
   * of an index, or each if it is -1, or none if it is -2.
   */
  void fail(String name, int index, int code) {
    FunctionDescriptor type = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      function("shim_fail", type).invokeExact(arena.allocateFrom(name), index, code);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** What a function without arguments answers. */
  int integer(String name) {
    try {
      return (int) function(name, FunctionDescriptor.of(JAVA_INT)).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  MethodHandle function(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(functions.findOrThrow(name), type);
  }
}
