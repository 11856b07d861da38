package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.code.CodeLibrary;
import io.jitmem.code.MachineCode;
import io.jitmem.code.ObjectFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Real objects, damaged: each is either still an object or refused as the API says, and neither
 * takes long.
 */
class ObjectFilePropertyTest {
  private static final long MAX_NANOS = 5_000_000_000L;
  private static final int HEADER_BYTES = 64;
  private static final List<byte[]> OBJECTS = objects();
  private static final byte[] LIBRARY = Toolchain.archive(OBJECTS.getFirst(), OBJECTS.getLast());

  /** One change of a file. */
  sealed interface Damage {
    byte[] on(byte[] file);
  }

  /** Bytes from a place on, counted from the start or, if negative, from the end. */
  private record Overwritten(int place, long value, int width) implements Damage {
    @Override
    public byte[] on(byte[] file) {
      int start = Math.floorMod(place, file.length);
      for (int i = 0; i < width && start + i < file.length; i++) {
        file[start + i] = (byte) (value >>> (8 * i));
      }
      return file;
    }
  }

  private record Flipped(int place, int bit) implements Damage {
    @Override
    public byte[] on(byte[] file) {
      file[Math.floorMod(place, file.length)] ^= (byte) (1 << bit);
      return file;
    }
  }

  private record Swapped(int place, int other, int width) implements Damage {
    @Override
    public byte[] on(byte[] file) {
      int from = Math.floorMod(place, file.length - width + 1);
      int to = Math.floorMod(other, file.length - width + 1);
      byte[] saved = Arrays.copyOfRange(file, from, from + width);
      System.arraycopy(file, to, file, from, width);
      System.arraycopy(saved, 0, file, to, width);
      return file;
    }
  }

  @Property(tries = 6000)
  void a_damaged_object_is_read_or_refused(
      @ForAll("indices") int object, @ForAll("damages") List<Damage> damages) {
    byte[] file = OBJECTS.get(object % OBJECTS.size()).clone();
    for (Damage damage : damages) {
      file = damage.on(file);
    }
    readOrRefuse(file);
  }

  @Property(tries = 1500)
  void a_damaged_library_is_read_or_refused(@ForAll("damages") List<Damage> damages) {
    byte[] file = LIBRARY.clone();
    for (Damage damage : damages) {
      file = damage.on(file);
    }
    openOrRefuse(file);
  }

  @Example
  void an_object_that_ends_anywhere_is_refused() {
    for (byte[] object : OBJECTS) {
      for (int size = 0; size < object.length; size++) {
        byte[] cut = Arrays.copyOf(object, size);
        // The section headers are last, so none of these is whole.
        assertThat(readOrRefuse(cut)).as("%d of %d bytes", size, object.length).isFalse();
      }
      assertThat(readOrRefuse(object)).isTrue();
    }
  }

  @Example
  void a_library_that_ends_anywhere_is_read_or_refused() {
    for (int size = 0; size < LIBRARY.length; size++) {
      openOrRefuse(Arrays.copyOf(LIBRARY, size));
    }
  }

  @Provide
  Arbitrary<Integer> indices() {
    return Arbitraries.integers().between(0, OBJECTS.size() - 1);
  }

  @Provide
  Arbitrary<List<Damage>> damages() {
    Arbitrary<Integer> width = Arbitraries.of(1, 2, 4, 8);
    Arbitrary<Long> value =
        Arbitraries.oneOf(
            Arbitraries.longs(),
            Arbitraries.of(0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0x7fffffffL, 0xffffffffL),
            Arbitraries.longs().between(0, 4096));
    Arbitrary<Damage> overwritten =
        Combinators.combine(places(), value, width).as(Overwritten::new);
    Arbitrary<Damage> flipped =
        Combinators.combine(places(), Arbitraries.integers().between(0, 7)).as(Flipped::new);
    Arbitrary<Damage> swapped = Combinators.combine(places(), places(), width).as(Swapped::new);
    return Arbitraries.oneOf(overwritten, flipped, swapped).list().ofMinSize(1).ofMaxSize(4);
  }

  /** Anywhere, but half of the time in the header or in the tables, which are at the end. */
  private static Arbitrary<Integer> places() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(0, 1 << 20),
        Arbitraries.integers().between(0, HEADER_BYTES - 1),
        Arbitraries.integers().between(-64 * 30, -1));
  }

  private static boolean readOrRefuse(byte[] file) {
    return inTime(() -> MachineCode.fromElf(file));
  }

  private static void openOrRefuse(byte[] file) {
    inTime(() -> CodeLibrary.of("library", file).all());
  }

  /** Any other exception, and any error, fails the test. */
  private static boolean inTime(Runnable read) {
    long start = System.nanoTime();
    try {
      read.run();
      return true;
    } catch (ObjectFileException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return false;
    } finally {
      assertThat(System.nanoTime() - start).isLessThan(MAX_NANOS);
    }
  }

  private static List<byte[]> objects() {
    List<byte[]> objects = new ArrayList<>();
    objects.add(Toolchain.compiledBefore());
    add(objects, "gcc", "-O2 -fcommon -fPIC", "even.c");
    add(objects, "gcc", "-O1 -g -ffunction-sections", "odd.c");
    add(objects, "g++", "-O0 -std=c++17 -fno-rtti", "shapes1.cpp");
    add(objects, "clang", "-O2", "even.c");
    add(objects, "aarch64-linux-gnu-gcc", "-O2", "even.c");
    add(objects, "riscv64-linux-gnu-gcc", "-O2", "even.c");
    return objects;
  }

  private static void add(List<byte[]> objects, String compiler, String options, String source) {
    if (Toolchain.isInstalled(compiler)) {
      objects.add(Toolchain.compile(compiler, options, source));
    }
  }
}
