package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.MappingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Whether code that ran and is rewritten through another view runs as rewritten. Every CPU does,
 * after a flush; some user-mode emulators keep what they have translated, since they watch the
 * pages that they executed and not the other view. No list of emulators could be complete, so it is
 * tried, once, before the first memory with two views is handed out. An x86-64 whose vendor is
 * known is not emulated that way and is taken at its word, for the sake of the time to the first
 * code.
 *
 * <p>{@code answer} is written without a lock: threads that race find the same.
 */
final class AliasCheck {
  /** What was found out. */
  enum Answer {
    UNKNOWN("not tried yet"),
    REAL("code that is rewritten through another view is refreshed: a CPU of a known vendor"),
    REFRESHED("code that is rewritten through another view is refreshed, as tried"),
    STALE("code that is rewritten through another view stays what it was");

    private final String text;

    Answer(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /**
   * An emulator may drop a translation for a reason of its own, most of all while the JVM loads
   * what the first call needs, so that one change that is seen proves little.
   */
  private static final int REWRITES = 100;

  private static final FunctionDescriptor INT_FUNCTION = FunctionDescriptor.of(JAVA_INT);

  private final Architecture architecture;
  private final LinuxEnvironment environment;
  private final CodeBinder binder;
  private final PosixCalls posix;
  private final InstructionCache cache;
  private volatile Answer answer = Answer.UNKNOWN;

  AliasCheck(
      LinuxAbi abi,
      LinuxEnvironment environment,
      CodeBinder binder,
      PosixCalls posix,
      InstructionCache cache) {
    architecture = abi.architecture();
    this.environment = environment;
    this.binder = binder;
    this.posix = posix;
    this.cache = cache;
  }

  /**
   * Finds out, if that was not done yet.
   *
   * @throws UnsupportedOperationException if memory with two views is of no use here
   */
  void requireRefreshed(DualLadder ladder) {
    if (find(ladder) == Answer.STALE) {
      throw new UnsupportedOperationException(
          "two views are switched off: this CPU is emulated, and "
              + Answer.STALE.text
              + ", as tried");
    }
  }

  Answer find(DualLadder ladder) {
    Answer known = answer;
    if (known == Answer.UNKNOWN) {
      known = isOfKnownVendor() ? Answer.REAL : tried(ladder);
      answer = known;
    }
    return known;
  }

  /** Emulators of x86-64 show the host's processors, or a vendor of their own. */
  private boolean isOfKnownVendor() {
    return architecture == Architecture.X86_64
        && environment
            .firstBytes("/proc/cpuinfo", 4096)
            .filter(text -> text.contains("GenuineIntel") || text.contains("AuthenticAMD"))
            .isPresent();
  }

  private Answer tried(DualLadder ladder) {
    long page = posix.getpagesize();
    ViewAddresses views = ladder.map(page, MappingOptions.NONE).addresses();
    try {
      boolean refreshed = runsAsRewritten(views, page);
      posix.munmap(views.rx(), page);
      posix.munmap(views.rw(), page);
      return refreshed ? Answer.REFRESHED : Answer.STALE;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(views.rx(), page));
      Undo.after(failure, () -> posix.munmap(views.rw(), page));
      throw failure;
    }
  }

  private boolean runsAsRewritten(ViewAddresses views, long page) {
    MemorySegment rw = binder.segment(views.rw(), page, Arena.global());
    MethodHandle function = binder.code(views.rx(), INT_FUNCTION);
    for (int value = 1; value <= REWRITES; value++) {
      byte[] code = returning(value);
      MemorySegment.copy(code, 0, rw, JAVA_BYTE, 0, code.length);
      cache.flush(views.rx(), code.length);
      if (call(function) != value) {
        return false;
      }
    }
    return true;
  }

  private static int call(MethodHandle function) {
    try {
      return (int) function.invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** {@code int f(void) { return value; }} for a value below 256. */
  private byte[] returning(int value) {
    byte low = (byte) value;
    return switch (architecture) {
      case X86_64 -> new byte[] {(byte) 0xb8, low, 0, 0, 0, (byte) 0xc3}; // mov eax, value; ret
      case AARCH64 -> words(0x52800000 | (value << 5), 0xd65f03c0); // mov w0, #value; ret
      case RISCV64 -> words(0x00000513 | (value << 20), 0x00008067); // li a0, value; ret
    };
  }

  private static byte[] words(int... words) {
    byte[] bytes = new byte[4 * words.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i / 4] >>> (8 * (i % 4)));
    }
    return bytes;
  }
}
