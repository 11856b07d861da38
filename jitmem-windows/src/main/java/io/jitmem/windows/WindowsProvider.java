package io.jitmem.windows;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Offers the Windows backend. */
public final class WindowsProvider implements VirtMemProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public WindowsProvider() {}

  @Override
  public String name() {
    return "Windows";
  }

  @Override
  public Support supports(Platform platform) {
    if (!platform.osName().startsWith("Windows")) {
      return Support.no("this is " + platform.osName() + ", not Windows");
    }
    Optional<Architecture> cpu = platform.architecture();
    if (cpu.isEmpty() || cpu.get() == Architecture.RISCV64) {
      return Support.no(
          "Windows is known here on x86-64 and AArch64, not on " + platform.archName());
    }
    return Support.yes();
  }

  @Override
  public VirtMem open() {
    Support support = supports(Platform.current());
    if (!support.supported()) {
      throw new UnsupportedOperationException(support.reason());
    }
    return open("GetLastError", UnaryOperator.identity());
  }

  /**
   * Opens the backend over libraries that stand for those of Windows. What they export must behave
   * as there; how errors are captured is up to the system that they really run on.
   *
   * @param error the linker's name for where that system leaves what GetLastError would answer
   * @param libraries the library to open for each of {@code kernel32}, {@code kernelbase}, {@code
   *     advapi32} and {@code ntdll}
   * @return a backend that is safe for use by any number of threads
   */
  public static VirtMem open(String error, UnaryOperator<String> libraries) {
    return new WindowsVirtMem(
        new WindowsLinker(CapturedError.of(error), libraries),
        Platform.current().architecture().orElse(Architecture.X86_64));
  }
}
