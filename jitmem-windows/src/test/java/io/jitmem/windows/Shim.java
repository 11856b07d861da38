package io.jitmem.windows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CapturedError;
import io.jitmem.nativecall.NativeFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** Windows' functions over Linux's, compiled from {@code shim.c} for the tests of this JVM. */
final class Shim {
  /** What can be set, by its number in {@code shim.c}. */
  enum Setting {
    ACG(0, 0),
    PRIVILEGE(1, 0),
    COMMIT_LIMIT(2, 1L << 40),
    LARGE_PAGE(3, 2 << 20),
    PLACEHOLDERS(4, 1),
    CFG(5, 0),
    BOUNDS(6, 1),
    MACHINE(7, 0x8664),
    TARGETS_IN_VIEWS(8, 1);

    private final int number;
    private final long usual;

    Setting(int number, long usual) {
      this.number = number;
      this.usual = usual;
    }
  }

  private static final Path LIBRARY = Path.of("target", "shim", "windows.so").toAbsolutePath();
  private static boolean compiled;

  private final WindowsLinker linker;
  private final BoundFunction set;
  private final BoundFunction left;
  private final BoundFunction charge;
  private final BoundFunction page;
  private final BoundFunction callable;

  private Shim(WindowsLinker linker) {
    this.linker = linker;
    set =
        new BoundFunction(
            linker,
            function(
                "shim_set",
                FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));
    left =
        new BoundFunction(
            linker, function("shim_left", FunctionDescriptor.of(ValueLayout.JAVA_LONG)));
    charge =
        new BoundFunction(
            linker, function("shim_charge", FunctionDescriptor.of(ValueLayout.JAVA_LONG)));
    page =
        new BoundFunction(
            linker,
            function(
                "shim_told", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG)));
    callable =
        new BoundFunction(
            linker,
            function(
                "shim_may_be_called",
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG)));
  }

  /** The shim, with everything set as it usually is; the test is skipped without a C compiler. */
  static Shim open() {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "the shim's calls are Linux's");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    compile();
    Shim shim = new Shim(new WindowsLinker(CapturedError.ERRNO, library -> LIBRARY.toString()));
    for (Setting setting : Setting.values()) {
      shim.set(setting, setting.usual);
    }
    return shim;
  }

  private static synchronized void compile() {
    if (compiled) {
      return;
    }
    try (InputStream source = requireNonNull(Shim.class.getResourceAsStream("shim.c"))) {
      Files.createDirectories(requireNonNull(LIBRARY.getParent()));
      Path copy = LIBRARY.resolveSibling("shim.c");
      Files.write(copy, source.readAllBytes());
      Process gcc =
          new ProcessBuilder(
                  "gcc",
                  "-O2",
                  "-Wall",
                  "-fPIC",
                  "-shared",
                  "-fvisibility=hidden",
                  "-pthread",
                  "-o",
                  LIBRARY.toString(),
                  copy.toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(gcc.getInputStream().readAllBytes(), UTF_8);
      if (gcc.waitFor() != 0) {
        throw new IOException(said);
      }
      compiled = true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static NativeFunction function(String name, FunctionDescriptor descriptor) {
    return NativeFunction.of(name, descriptor).orIn("kernel32").withoutErrno();
  }

  WindowsBinder binder() {
    return linker;
  }

  void set(Setting setting, long value) {
    try {
      long nothing = (long) set.handle().invokeExact(setting.number, value);
      assert nothing == 0;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Bytes of addresses and of commit charge, and handles, that are taken. */
  long left() {
    try {
      return (long) left.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Bytes of commit charge that are taken. */
  long charge() {
    try {
      return (long) charge.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Whether a checked call may enter. */
  boolean mayBeCalled(long address) {
    try {
      return (long) callable.handle().invokeExact(address) != 0;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The {@code PAGE_*} of a page, or 0 if it is not committed. */
  int page(long address) {
    try {
      return (int) (long) page.handle().invokeExact(address);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
