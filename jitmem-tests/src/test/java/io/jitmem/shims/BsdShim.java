package io.jitmem.shims;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The C functions of one BSD, by {@code shims/bsd.c}. Compiled once for each system and its
 * settings, each with books of its own.
 */
public final class BsdShim extends UnixShim {
  private static final Map<List<String>, BsdShim> LOADED = new ConcurrentHashMap<>();

  private final String system;
  private final VirtMem memory;

  private BsdShim(String system, ShimLibrary library) {
    super(library);
    this.system = system;
    memory = BsdProvider.open(platform(), this);
  }

  /**
   * The shim of a system, or the test is skipped.
   *
   * @param system the name as Java has it
   * @param settings C macros that set what an administrator may, as in {@code ALLOW_WX=0}
   */
  public static BsdShim of(String system, String... settings) {
    ShimLibrary.assumePossible();
    Support served = new BsdProvider().supports(platform(system));
    assumeTrue(served.supported(), served.reason());
    List<String> macros = new ArrayList<>(List.of(system.toUpperCase(Locale.ROOT)));
    macros.addAll(List.of(settings));
    return LOADED.computeIfAbsent(
        macros, key -> new BsdShim(system, ShimLibrary.compiled("bsd.c", key)));
  }

  @Override
  public VirtMem memory() {
    return memory;
  }

  /** The system, on the CPU of this JVM. */
  @Override
  public Platform platform() {
    return platform(system);
  }

  private static Platform platform(String system) {
    return new Platform(system, System.getProperty("os.arch"));
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    return holder(function.symbol()).bind(function);
  }

  /** The compiler's own function is the CPU's and not the system's. */
  private ShimLibrary holder(String symbol) {
    return symbol.equals("__clear_cache") ? ShimLibrary.ofCompiler() : library;
  }

  /** Descriptors and names of shared memory that are left. */
  public int openFiles() {
    return library.integer("shim_open_files");
  }

  @Override
  public Map<String, Integer> leftovers() {
    return Map.of("files", openFiles());
  }

  /** Closes and removes what a failing close or unlink has left. */
  @Override
  public void cleanUp() {
    library.call("shim_clean");
  }
}
