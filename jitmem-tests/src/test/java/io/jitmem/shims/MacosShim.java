package io.jitmem.shims;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.macos.MacosBinder;
import io.jitmem.macos.MacosProvider;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The C functions of macOS, by {@code shims/macos.c}. Compiled once for each CPU's rules and each
 * setting, each with books of its own.
 *
 * <p>On an AArch64 JVM the machine code of the backend's own is called as it is. On another, what
 * it does is done by a C function; that the code does it is for such a JVM to show.
 */
@SuppressWarnings("restricted")
public final class MacosShim extends UnixShim implements MacosBinder {
  private static final Map<List<String>, MacosShim> LOADED = new ConcurrentHashMap<>();
  private static final boolean RUNS_AARCH64 = System.getProperty("os.arch").equals("aarch64");
  private static final int BTI_C = 0xd503245f;

  private final Platform platform;
  private final Set<String> bound = ConcurrentHashMap.newKeySet();
  private final VirtMem memory;
  private final long keptBytes;

  private MacosShim(String cpu, ShimLibrary library) {
    super(library);
    platform = new Platform("Mac OS X", cpu.equals("INTEL") ? "x86_64" : "aarch64");
    memory = MacosProvider.open(platform, this);
    memory.capabilities();
    keptBytes = library.mappedBytes();
  }

  /**
   * The shim of a CPU's rules, or the test is skipped.
   *
   * @param cpu {@code Intel} or {@code Apple}
   * @param settings C macros, as in {@code ALLOW_JIT=0}
   */
  public static MacosShim of(String cpu, String... settings) {
    ShimLibrary.assumePossible();
    List<String> macros = new ArrayList<>(List.of(cpu.toUpperCase(Locale.ROOT)));
    macros.addAll(List.of(settings));
    return LOADED.computeIfAbsent(
        macros, key -> new MacosShim(key.getFirst(), ShimLibrary.compiled("macos.c", key)));
  }

  @Override
  public VirtMem memory() {
    return memory;
  }

  @Override
  public Platform platform() {
    return platform;
  }

  /** The names of the functions that were bound to be called from Java. */
  public Set<String> bound() {
    return Set.copyOf(bound);
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    bound.add(function.symbol());
    return super.bind(function);
  }

  @Override
  public MethodHandle code(long address, FunctionDescriptor descriptor) {
    if (RUNS_AARCH64) {
      return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address), descriptor);
    }
    if (segment(address, Integer.BYTES, Arena.global()).get(JAVA_INT, 0) != BTI_C) {
      throw new AssertionError("no code that an indirect branch may enter");
    }
    FunctionDescriptor type =
        FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    return MethodHandles.insertArguments(library.function("shim_thunk", type), 0, address);
  }

  @Override
  public OptionalLong symbol(String name) {
    return library
        .find(name)
        .map(found -> OptionalLong.of(found.address()))
        .orElse(OptionalLong.empty());
  }

  /** Bytes that are mapped through the shim, but for the code that {@link #memory()} keeps. */
  @Override
  public long mappedBytes() {
    return super.mappedBytes() - keptBytes;
  }

  @Override
  public Map<String, Integer> leftovers() {
    return Map.of("ports", ports(), "writing threads", writers());
  }

  /** Rights to threads' ports that were not given back. */
  public int ports() {
    return library.integer("shim_ports");
  }

  /** How many threads may write memory under the switch at this moment. */
  public int writers() {
    return library.integer("shim_writers");
  }

  /** How often a thread was allowed to. */
  public int switches() {
    return library.integer("shim_switches");
  }

  /** Whether this thread, when it could last write, made the caches agree for exactly a range. */
  public boolean flushedAtLast(MemorySegment range) {
    FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG);
    try {
      int answer =
          (int) library.function("shim_flushed", type).invokeExact(range, range.byteSize());
      return answer != 0;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Calls {@code int f(void)} in memory that this thread may execute. */
  public int execute(MemorySegment code) {
    try {
      return (int)
          library
              .function("shim_execute", FunctionDescriptor.of(JAVA_INT, ADDRESS))
              .invokeExact(code);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** What mprotect itself answers, asked for {@code PROT_*} bits. */
  public int protect(MemorySegment range, int bits) {
    try {
      FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
      return (int) library.function("mprotect", type).invokeExact(range, range.byteSize(), bits);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
