package io.jitmem.shims;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The C functions of one BSD, made of Linux's by {@code shims/bsd.c}: our reading of its manuals
 * and sources. What is not in the shim, the system does not have. Compiled once for each system and
 * its settings, each with books of its own.
 */
public final class BsdShim implements NativeBinder {
  private static final Map<List<String>, BsdShim> LOADED = new ConcurrentHashMap<>();

  private final String system;
  private final ShimLibrary library;
  private final VirtMem memory;

  private BsdShim(String system, ShimLibrary library) {
    this.system = system;
    this.library = library;
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

  /** The backend for this system, on the shim; always the same one. */
  public VirtMem memory() {
    return memory;
  }

  /** The system, on the CPU of this JVM. */
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

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return ShimLibrary.segment(address, byteSize, arena);
  }

  /** What was asked for that the system would not take or would punish; empty if nothing. */
  public String complaint() {
    return library.complaint();
  }

  /** Forgets what there was to complain of. */
  public void forgive() {
    library.forgive();
  }

  /** Bytes that are mapped through the shim. */
  public long mappedBytes() {
    return library.mappedBytes();
  }

  /** Descriptors and names of shared memory that are left. */
  public int openFiles() {
    return library.integer("shim_open_files");
  }

  /** Closes and removes what a failing close or unlink has left. */
  public void cleanUp() {
    library.call("shim_clean");
  }

  /** Makes the {@code index}th of the calls that may fail do so, counted from 0 and from now. */
  public void failAt(int index, int errno) {
    library.fail("", index, errno);
  }

  /** Makes every call of a function fail. */
  public void failAlways(String function, int errno) {
    library.fail(function, -1, errno);
  }

  /** Makes no call fail, and counts those that may from now on. */
  public void failNothing() {
    library.fail("", -2, 0);
  }

  /** How many calls that may fail were made since the last of the three. */
  public int counted() {
    return library.integer("shim_counted");
  }
}
