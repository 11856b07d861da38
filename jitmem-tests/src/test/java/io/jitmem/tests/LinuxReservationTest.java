package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel counts as this process's memory, before and after it is given back. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "asks Linux's /proc")
class LinuxReservationTest {
  private static final long SIZE = 16L << 20;
  private static final long REACH = 2L << 30;

  @SuppressWarnings("restricted")
  private static final MethodHandle ADDITION =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final VirtMem memory = VirtMem.host();

  @Test
  void a_tebibyte_of_address_space_costs_no_memory() throws IOException {
    long tablesBefore = pageTableKibibytes();
    MemorySegment reserved = memory.reserve(1L << 40, Placement.anywhere());
    try {
      memory.commit(reserved.asSlice(1L << 39, SIZE), Protection.RW);
      assertThat(resident(reserved)).isZero();
      assertThat(pageTableKibibytes() - tablesBefore).isLessThan(1024);
    } finally {
      memory.release(reserved);
    }
  }

  @Test
  void a_gibibyte_of_two_views_takes_memory_when_it_is_touched() throws IOException {
    MemorySegment reserved = memory.reserve(2L << 30, Placement.anywhere());
    try {
      MemorySegment rx = reserved.asSlice(0, 1L << 30);
      MemorySegment rw = reserved.asSlice(1L << 30);
      memory.commitDual(rx, rw);
      assertThat(resident(reserved)).isZero();
      rw.asSlice(SIZE, SIZE).fill((byte) 1);
      assertThat(resident(rw)).isEqualTo(SIZE);
      memory.discard(rw);
      assertThat(resident(rw)).isZero();
    } finally {
      memory.release(reserved);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void discarded_memory_is_not_resident(boolean shared) throws IOException {
    MappingOptions options = shared ? MappingOptions.NONE.withShared() : MappingOptions.NONE;
    MemorySegment mapped = memory.allocate(3 * SIZE, Protection.NONE, options);
    try {
      MemorySegment part = betweenPagesWithoutAccess(mapped);
      memory.protect(part, Protection.RW);
      requireShrinking(part, part, memory::discard);
    } finally {
      memory.release(mapped);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memfd_create", "mremap", "shm_open"})
  void discarded_views_are_not_resident(String mechanism) throws IOException {
    DualMapping dual = memory.allocateDual(SIZE, MappingOptions.NONE.withMechanism(mechanism));
    try {
      requireShrinking(dual.rw(), dual.rx(), memory::discard);
    } finally {
      memory.release(dual);
    }
  }

  @Test
  void decommitting_the_writable_view_empties_the_other_one() throws IOException {
    MemorySegment reserved = memory.reserve(2 * SIZE, Placement.anywhere());
    try {
      MemorySegment rx = reserved.asSlice(0, SIZE);
      MemorySegment rw = reserved.asSlice(SIZE);
      memory.commitDual(rx, rw);
      requireShrinking(rw, rx, memory::decommit);
    } finally {
      memory.release(reserved);
    }
  }

  @Test
  void decommitted_private_memory_is_not_resident() throws IOException {
    MemorySegment reserved = memory.reserve(3 * SIZE, Placement.anywhere());
    try {
      MemorySegment part = betweenPagesWithoutAccess(reserved);
      memory.commit(part, Protection.RW);
      requireShrinking(part, part, memory::decommit);
    } finally {
      memory.release(reserved);
    }
  }

  /** In a process of its own: what other tests have mapped here may have taken all that is near. */
  @Test
  void reservations_lie_within_reach_of_every_library() throws Exception {
    List<String> command = new ArrayList<>(ChildJvm.javaCommand());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            LinuxReservationTest.class.getName()));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    assertThat(outcome.out()).matches("reached [1-9]\\d*\\R");
  }

  /** The process of its own. */
  public static void main(String[] arguments) {
    System.out.println("reached " + reachLibraries(VirtMem.host()));
  }

  /** The places from which generated code calls: libraries, the JVM's own code, its heap. */
  private static int reachLibraries(VirtMem memory) {
    List<ProcessMaps.Line> libraries =
        ProcessMaps.lines().stream()
            .filter(line -> line.executable() && line.start() > 0 && !line.name().isEmpty())
            .toList();
    assertThat(libraries).anyMatch(line -> line.name().contains("libc"));
    assertThat(libraries).anyMatch(line -> line.name().endsWith("libjvm.so"));
    for (ProcessMaps.Line library : libraries) {
      MemorySegment reserved = memory.reserve(SIZE, Placement.near(library.start(), REACH));
      long last = reserved.address() + SIZE - 1;
      assertThat(Math.abs(reserved.address() - library.start())).isLessThanOrEqualTo(REACH);
      assertThat(Math.abs(last - library.start())).isLessThanOrEqualTo(REACH);
      memory.release(reserved);
    }
    return libraries.size();
  }

  /** So that the kernel does not join it with memory of others and count them together. */
  private static MemorySegment betweenPagesWithoutAccess(MemorySegment mapped) {
    return mapped.asSlice(SIZE, SIZE);
  }

  /** One reservation within reach of a library, with the writable view at a constant distance. */
  @Test
  void code_written_through_one_half_of_a_reservation_runs_in_the_other() throws Throwable {
    long library = ProcessMaps.at(symbol("malloc")).orElseThrow().start();
    MemorySegment space = memory.reserve(2 * SIZE, Placement.near(library, Integer.MAX_VALUE));
    try {
      MemorySegment rx = space.asSlice(0, SIZE);
      MemorySegment rw = space.asSlice(SIZE);
      memory.commitDual(rx, rw);
      for (long offset = 0; offset < SIZE; offset += SIZE / 4) {
        MemorySegment.copy(
            SampleCode.ADD, 0, rw, ValueLayout.JAVA_BYTE, offset, SampleCode.ADD.length);
        memory.flushInstructionCache(rx.asSlice(offset, SampleCode.ADD.length));
        assertThat((int) ADDITION.invokeExact(rx.asSlice(offset), 40, 2)).isEqualTo(42);
      }
    } finally {
      memory.release(space);
    }
  }

  private static long symbol(String name) {
    return Linker.nativeLinker().defaultLookup().findOrThrow(name).address();
  }

  private void requireShrinking(
      MemorySegment written, MemorySegment seen, Consumer<MemorySegment> giveBack)
      throws IOException {
    written.fill((byte) 1);
    assertThat(seen.get(ValueLayout.JAVA_BYTE, SIZE / 2)).isEqualTo((byte) 1);
    assertThat(resident(written)).isEqualTo(SIZE);
    giveBack.accept(written);
    assertThat(resident(written)).isZero();
    assertThat(resident(seen)).isZero();
  }

  /** The bytes of a range that {@code /proc/self/smaps} counts as resident. */
  private static long resident(MemorySegment range) throws IOException {
    long end = range.address() + range.byteSize();
    boolean inside = false;
    long kibibytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        int dash = line.indexOf('-');
        long from = Long.parseUnsignedLong(line, 0, dash, 16);
        long to = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
        inside = from >= range.address() && to > 0 && to <= end;
      } else if (inside && line.startsWith("Rss:")) {
        kibibytes += number(line);
      }
    }
    return kibibytes << 10;
  }

  private static long pageTableKibibytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmPTE:"))
        .mapToLong(LinuxReservationTest::number)
        .sum();
  }

  private static long number(String line) {
    return Long.parseLong(line.replaceAll("\\D", ""));
  }
}
