package io.jitmem.tests.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The functions of a zlib, wherever it was loaded from. */
public final class Zlib {
  /** The names of the functions that are called. */
  public static final List<String> FUNCTIONS =
      List.of("compress2", "uncompress", "compressBound", "zlibVersion", "crc32");

  private final MethodHandle compress;
  private final MethodHandle uncompress;
  private final MethodHandle bound;
  private final MethodHandle crc;

  /**
   * Binds the functions.
   *
   * @param functions a handle for a name and a type
   */
  public Zlib(BiFunction<String, FunctionDescriptor, MethodHandle> functions) {
    FunctionDescriptor convert =
        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    compress = functions.apply("compress2", convert.appendArgumentLayouts(JAVA_INT));
    uncompress = functions.apply("uncompress", convert);
    bound = functions.apply("compressBound", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    crc = functions.apply("crc32", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_INT));
  }

  /** The static library of this machine, if its development package is installed. */
  public static Optional<Path> library() {
    String cpu =
        System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    return Stream.of(
            System.getProperty("jitmem.zlib", "/nowhere"),
            "/usr/lib/" + cpu + "-linux-gnu/libz.a",
            "/usr/lib64/libz.a",
            "/usr/lib/libz.a")
        .map(Path::of)
        .filter(Files::isReadable)
        .findFirst();
  }

  /** Words and numbers, always the same ones, which compress to about a third. */
  public static byte[] text(int byteSize) {
    XorShift random = new XorShift(0);
    byte[] text = new byte[byteSize];
    int at = 0;
    while (at < byteSize) {
      String word = Integer.toString(random.below(60_000), 36) + (at % 7 == 0 ? "\n" : " ");
      byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
      int length = Math.min(bytes.length, byteSize - at);
      System.arraycopy(bytes, 0, text, at, length);
      at += length;
    }
    return text;
  }

  /**
   * Compresses.
   *
   * @return the part of {@code to} that was written
   */
  public MemorySegment compress(MemorySegment from, MemorySegment to, int level) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocateFrom(JAVA_LONG, to.byteSize());
      require((int) compress.invokeExact(to, size, from, from.byteSize(), level));
      return to.asSlice(0, size.get(JAVA_LONG, 0));
    } catch (Throwable failed) {
      throw new IllegalStateException("compress2", failed);
    }
  }

  /**
   * Decompresses.
   *
   * @return the part of {@code to} that was written
   */
  public MemorySegment uncompress(MemorySegment from, MemorySegment to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocateFrom(JAVA_LONG, to.byteSize());
      require((int) uncompress.invokeExact(to, size, from, from.byteSize()));
      return to.asSlice(0, size.get(JAVA_LONG, 0));
    } catch (Throwable failed) {
      throw new IllegalStateException("uncompress", failed);
    }
  }

  /** How much compressing takes at most. */
  public long bound(long byteSize) {
    try {
      return (long) bound.invokeExact(byteSize);
    } catch (Throwable failed) {
      throw new IllegalStateException("compressBound", failed);
    }
  }

  /** The checksum of {@code java.util.zip.CRC32}. */
  public long checksum(MemorySegment bytes) {
    try {
      return (long) crc.invokeExact(0L, bytes, (int) bytes.byteSize());
    } catch (Throwable failed) {
      throw new IllegalStateException("crc32", failed);
    }
  }

  /** {@code Z_OK} is 0. */
  private static void require(int status) {
    if (status != 0) {
      throw new IllegalStateException("zlib answered " + status);
    }
  }

  /** Copies an array to native memory. */
  public static MemorySegment nativeCopy(byte[] bytes, Arena arena) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
  }
}
