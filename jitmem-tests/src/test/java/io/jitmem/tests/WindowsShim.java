package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.windows.WindowsProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The Windows backend over our reading of Windows' manuals: {@code shim.c} of {@code
 * jitmem-windows}, compiled for the tests of this JVM.
 */
public final class WindowsShim {
  /** The shim's number of what it calls PLACEHOLDERS. */
  private static final int PLACEHOLDERS = 4;

  /** And of what it calls CFG. */
  private static final int CFG = 5;

  private static final FunctionDescriptor SET =
      FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
  private static final FunctionDescriptor ASK =
      FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);

  private final Path library;

  private WindowsShim(Path library) {
    this.library = library;
  }

  /**
   * Compiles the shim; the test is skipped without a C compiler.
   *
   * @return a shim of its own, with nothing mapped
   */
  public static WindowsShim compile() {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "the shim's calls are Linux's");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    Path source =
        Path.of(System.getProperty("jitmem.top"))
            .resolve("jitmem-windows/src/test/resources/io/jitmem/windows/shim.c");
    try {
      // One for each, since a library is loaded, and its settings are kept, by its file.
      Path library = Files.createTempFile("jitmem-windows", ".so");
      library.toFile().deleteOnExit();
      Process gcc =
          new ProcessBuilder(
                  "gcc",
                  "-O2",
                  "-fPIC",
                  "-shared",
                  "-fvisibility=hidden",
                  "-pthread",
                  "-o",
                  library.toString(),
                  source.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(gcc.getInputStream().readAllBytes(), UTF_8);
      if (gcc.waitFor() != 0) {
        throw new IOException(said);
      }
      return new WindowsShim(library);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /**
   * Makes it what Windows was before version 10 1803.
   *
   * @return this shim
   */
  public WindowsShim withoutPlaceholders() {
    call("shim_set", SET, PLACEHOLDERS, 0L);
    return this;
  }

  /**
   * Turns Control Flow Guard on, as for a program that was linked so.
   *
   * @return this shim
   */
  public WindowsShim withControlFlowGuard() {
    call("shim_set", SET, CFG, 1L);
    return this;
  }

  /**
   * Whether a checked call may enter.
   *
   * @param address where it would enter
   * @return what its check finds
   */
  public boolean mayBeCalled(long address) {
    return call("shim_may_be_called", ASK, address) != 0;
  }

  /**
   * How many places of some memory a checked call may enter.
   *
   * @param address where the memory begins
   * @param byteSize its size in bytes
   * @return a number of multiples of 16 bytes
   */
  public long callable(long address, long byteSize) {
    return call(
        "shim_callable",
        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
        address,
        byteSize);
  }

  /**
   * The backend over it.
   *
   * @return a new backend
   */
  public VirtMem backend() {
    return WindowsProvider.open("errno", name -> library.toString());
  }

  /**
   * What is taken.
   *
   * @return bytes of addresses and of commit charge, handles, and function tables, added up
   */
  public long left() {
    return call("shim_left", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
  }

  /** What the shim exports, to be asked beside the backend. */
  @SuppressWarnings("restricted")
  SymbolLookup symbols() {
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** What the shim's books say of a page. */
  Optional<Protection> told(long address) {
    long page = call("shim_told", ASK, address);
    return switch ((int) page) {
      case 0, 1 -> Optional.of(Protection.NONE);
      case 2 -> Optional.of(Protection.R);
      case 4 -> Optional.of(Protection.RW);
      case 0x20 -> Optional.of(Protection.RX);
      case 0x40 -> Optional.of(Protection.RWX);
      default -> Optional.empty();
    };
  }

  @SuppressWarnings("restricted") // asks the shim itself, beside the backend
  private long call(String name, FunctionDescriptor descriptor, Object... arguments) {
    MethodHandle handle =
        Linker.nativeLinker().downcallHandle(symbols().findOrThrow(name), descriptor);
    try {
      return (long) handle.invokeWithArguments(arguments);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
