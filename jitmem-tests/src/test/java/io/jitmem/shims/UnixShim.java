package io.jitmem.shims;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;

/**
 * The C functions of a Unix, made of Linux's by a source of {@code shims/}: our reading of its
 * manuals and sources. What is not in the shim, the system does not have. It keeps books of what is
 * mapped, complains of what the system would not take, and lets calls fail.
 */
public abstract class UnixShim implements NativeBinder {
  final ShimLibrary library;

  UnixShim(ShimLibrary library) {
    this.library = library;
  }

  /** The backend for this system, on the shim; always the same one. */
  public abstract VirtMem memory();

  /** The system and the CPU whose rules are kept. */
  public abstract Platform platform();

  /** How many there are, at this moment, of what else than memory may be left. */
  public abstract Map<String, Integer> leftovers();

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    return library.bind(function);
  }

  @Override
  public final MemorySegment segment(long address, long byteSize, Arena arena) {
    return ShimLibrary.segment(address, byteSize, arena);
  }

  /** What was asked for that the system would not take or would punish; empty if nothing. */
  public final String complaint() {
    return library.complaint();
  }

  /** Forgets what there was to complain of. */
  public final void forgive() {
    library.forgive();
  }

  /** Bytes that are mapped through the shim. */
  public long mappedBytes() {
    return library.mappedBytes();
  }

  /** Takes back what a failing call of those that take things back has left. */
  public void cleanUp() {}

  /** Nothing is mapped, nothing else is left (nor afterwards), and nobody complains. */
  public final void requireNothingLeft() {
    Map<String, Integer> left = leftovers();
    cleanUp();
    assertThat(complaint()).isEmpty();
    assertThat(mappedBytes()).isZero();
    assertThat(left.values()).as("%s", left).containsOnly(0);
  }

  /** Makes the {@code index}th of the calls that may fail do so, counted from 0 and from now. */
  public final void failAt(int index, int code) {
    library.fail("", index, code);
  }

  /** Makes every call of a function fail. */
  public final void failAlways(String function, int code) {
    library.fail(function, -1, code);
  }

  /** Makes no call fail, and counts those that may from now on. */
  public final void failNothing() {
    library.fail("", -2, 0);
  }

  /** How many calls that may fail were made since the last of the three. */
  public final int counted() {
    return library.integer("shim_counted");
  }
}
