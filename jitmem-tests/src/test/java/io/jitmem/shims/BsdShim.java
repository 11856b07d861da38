package io.jitmem.shims;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
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
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The C functions of one BSD, made of Linux's by {@code shims/bsd.c}: our reading of its manuals
 * and sources. What is not in the shim, the system does not have. Compiled once for each system and
 * its settings, each with books of its own.
 */
public final class BsdShim implements NativeBinder {
  private static final Path TOP = Path.of(System.getProperty("jitmem.top"));
  private static final Path SOURCE = TOP.resolve("jitmem-tests/src/test/resources/shims/bsd.c");
  private static final Map<List<String>, BsdShim> LOADED = new ConcurrentHashMap<>();

  private final String system;
  private final SymbolLookup functions;
  private final VirtMem memory;

  private BsdShim(String system, Path library) {
    this.system = system;
    functions = lookup(library);
    memory = BsdProvider.open(platform(), this);
  }

  /**
   * The shim of a system, or the test is skipped.
   *
   * @param system the name as Java has it
   * @param settings C macros that set what an administrator may, as in {@code ALLOW_WX=0}
   */
  public static BsdShim of(String system, String... settings) {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "the shim is made of Linux's calls");
    assumeTrue(isInstalled(), "gcc is not installed");
    List<String> key = new ArrayList<>(List.of(system));
    key.addAll(List.of(settings));
    return LOADED.computeIfAbsent(key, BsdShim::compiled);
  }

  private static boolean isInstalled() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "gcc")));
  }

  private static BsdShim compiled(List<String> key) {
    try {
      Path library = Files.createTempFile("jitmem-shim-", ".so");
      library.toFile().deleteOnExit();
      List<String> command = new ArrayList<>(List.of("gcc", "-Wall", "-Wextra", "-Werror"));
      command.addAll(
          List.of(
              "-O1", "-std=gnu11", "-fPIC", "-shared", "-fvisibility=hidden", "-Wl,-Bsymbolic"));
      // A look-up in a library finds what the libraries have that it names, the C library's own.
      command.add("-nostdlib");
      command.add("-D" + key.getFirst().toUpperCase(Locale.ROOT));
      key.stream().skip(1).forEach(setting -> command.add("-D" + setting));
      command.addAll(List.of("-o", library.toString(), SOURCE.toString()));
      Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (compiler.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
      return new BsdShim(key.getFirst(), library);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup lookup(Path library) {
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** The backend for this system, on the shim; always the same one. */
  public VirtMem memory() {
    return memory;
  }

  /** The system, on the CPU of this JVM. */
  public Platform platform() {
    return new Platform(system, System.getProperty("os.arch"));
  }

  @Override
  @SuppressWarnings("restricted")
  public Optional<MethodHandle> bind(NativeFunction function) {
    return functions
        .find(function.symbol())
        .map(symbol ->
            Linker.nativeLinker()
                .downcallHandle(symbol, function.descriptor(), function.options()));
  }

  @Override
  @SuppressWarnings("restricted")
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
  }

  /** What was asked for that the system would not take or would punish; empty if nothing. */
  @SuppressWarnings("restricted")
  public String complaint() {
    try {
      MemorySegment text =
          (MemorySegment) control("shim_complaint", FunctionDescriptor.of(ADDRESS)).invokeExact();
      return text.reinterpret(400).getString(0);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Forgets what there was to complain of. */
  public void forgive() {
    try {
      control("shim_forgive", FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Bytes that are mapped through the shim. */
  public long mappedBytes() {
    try {
      return (long) control("shim_mapped", FunctionDescriptor.of(JAVA_LONG)).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Descriptors and names of shared memory that are left. */
  public int openFiles() {
    return integer("shim_open_files");
  }

  /** Closes and removes what a failing close or unlink has left. */
  public void cleanUp() {
    try {
      control("shim_clean", FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Makes the {@code index}th of the calls that may fail do so, counted from 0 and from now. */
  public void failAt(int index, int errno) {
    fail("", index, errno);
  }

  /** Makes every call of a function fail. */
  public void failAlways(String function, int errno) {
    fail(function, -1, errno);
  }

  /** Makes no call fail, and counts those that may from now on. */
  public void failNothing() {
    fail("", -2, 0);
  }

  /** How many calls that may fail were made since the last of the three. */
  public int counted() {
    return integer("shim_counted");
  }

  private void fail(String function, int index, int errno) {
    FunctionDescriptor type = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      control("shim_fail", type).invokeExact(arena.allocateFrom(function), index, errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  private int integer(String function) {
    try {
      return (int) control(function, FunctionDescriptor.of(JAVA_INT)).invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  @SuppressWarnings("restricted")
  private MethodHandle control(String function, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(functions.findOrThrow(function), type);
  }
}
