package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeLine;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.perf.Jitdump;
import io.jitmem.observe.perf.PerfMap;
import io.jitmem.observe.perf.PerfSettings;
import io.jitmem.virtmem.Architecture;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of the files that perf reads, and how they are opened. */
class PerfFilesTest {
  private static final long PID = ProcessHandle.current().pid();

  @TempDir Path directory;

  @Test
  void a_map_has_a_line_for_each_function_in_hexadecimal() throws Exception {
    try (PerfMap map = PerfMap.open(directory)) {
      map.published(code(0xABC0, "gr\u00fc\u00df\ndich"));
      map.flush();

      assertThat(map.path()).hasContent("abc0 4 gr\u00fc\u00df?dich\n");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(map.path())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void a_symbol_of_unknown_size_goes_up_to_the_next() {
    List<CodeSymbol> symbols = List.of(new CodeSymbol("b", 3, 0), new CodeSymbol("a", 0, 0));
    CodeDescription two = new CodeDescription("both", symbols, List.of(), Optional.empty());
    try (PerfMap map = PerfMap.open(directory)) {
      map.published(code(0x100, two));
      map.flush();

      assertThat(map.path()).hasContent("100 3 a\n103 1 b\n");
    }
  }

  @Test
  void several_writers_of_a_map_append_to_what_is_there() throws Exception {
    Files.writeString(directory.resolve("perf-" + PID + ".map"), "1 1 hotspot\n");
    PerfMap first = PerfMap.open(directory);
    try (PerfMap second = PerfMap.open(directory)) {
      first.published(code(0x10, "a"));
      first.close();
      first.published(code(0x20, "closed"));
      second.published(code(0x30, "b"));
    }

    assertThat(first.path()).hasContent("1 1 hotspot\n10 4 a\n30 4 b\n");
  }

  @Test
  void lines_of_many_threads_do_not_mix() throws Exception {
    List<Thread> threads = new ArrayList<>();
    try (PerfMap map = PerfMap.open(directory)) {
      for (int i = 0; i < 4; i++) {
        String name = "thread" + i;
        threads.add(Thread.ofPlatform().start(() -> publishMany(map, name)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }

    assertThat(Files.readAllLines(directory.resolve("perf-" + PID + ".map")))
        .hasSize(40_000)
        .allMatch(line -> line.matches("10 4 thread[0-3]"));
  }

  @Test
  void a_link_in_the_place_of_a_map_is_not_followed() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "precious");
    Files.createSymbolicLink(directory.resolve("perf-" + PID + ".map"), victim);

    assertThatThrownBy(() -> PerfMap.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("not a regular file");
    assertThat(victim).hasContent("precious");
  }

  @Test
  void a_dump_replaces_a_link_and_leaves_its_target() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "precious");
    Files.createSymbolicLink(directory.resolve("jit-" + PID + ".dump"), victim);

    Jitdump.open(directory).close();

    assertThat(victim).hasContent("precious");
    assertThat(Files.isSymbolicLink(directory.resolve("jit-" + PID + ".dump"))).isFalse();
  }

  @Test
  void a_dump_has_header_lines_code_and_end() throws Exception {
    List<CodeLine> lines = List.of(new CodeLine(2, "\u00e4.x", 7));
    CodeDescription described = new CodeDescription("f\u00fc", List.of(), lines, Optional.empty());
    long before = System.nanoTime();
    Jitdump dump = Jitdump.open(directory);
    dump.published(code(0x1000, described));
    dump.published(code(0x1000, "again"));
    dump.close();

    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(dump.path())).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(ints(bytes, 6)).startsWith(0x4A695444, 1, 40).endsWith(0, (int) PID);
    assertThat(bytes.getLong()).isBetween(before, System.nanoTime());
    assertThat(bytes.getLong()).isZero();
    assertThat(ints(bytes, 2)).containsExactly(2, 16 + 16 + 16 + 5);
    bytes.getLong();
    assertThat(longs(bytes, 3)).containsExactly(0x1000L, 1L, 0x1002L);
    assertThat(ints(bytes, 2)).containsExactly(7, 0);
    assertThat(text(bytes, 5)).isEqualTo("\u00e4.x\0");
    assertLoad(bytes, "f\u00fc\0", 0);
    assertLoad(bytes, "again\0", 1);
    assertThat(ints(bytes, 2)).containsExactly(3, 16);
    assertThat(bytes.remaining()).isEqualTo(8);
  }

  @Test
  void a_dump_is_marked_by_an_executable_mapping_as_long_as_it_is_open() throws Exception {
    Jitdump dump = Jitdump.open(directory);
    Path maps = Path.of("/proc/self/maps");

    assertThat(Files.readAllLines(maps))
        .anyMatch(line -> line.contains("r-xp") && line.endsWith(dump.path().toString()));
    dump.close();
    assertThat(Files.readString(maps)).doesNotContain(dump.path().toString());
    assertThatThrownBy(() -> Jitdump.open(directory)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void an_output_that_is_not_known_is_refused() {
    System.setProperty("jitmem.perf", "maps");
    try {
      assertThatThrownBy(PerfSettings::open)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("jitmem.perf is 'maps'; it can be 'map' or 'jitdump'");
    } finally {
      System.clearProperty("jitmem.perf");
    }
  }

  private static void assertLoad(ByteBuffer bytes, String name, long index) {
    int nameBytes = name.getBytes(UTF_8).length;
    assertThat(ints(bytes, 2)).containsExactly(0, 16 + 40 + nameBytes + 4);
    bytes.getLong();
    assertThat(ints(bytes, 2)).containsExactly((int) PID, (int) PID);
    assertThat(longs(bytes, 4)).containsExactly(0x1000L, 0x1000L, 4L, index);
    assertThat(text(bytes, nameBytes)).isEqualTo(name);
    assertThat(text(bytes, 4)).isEqualTo("code");
  }

  private static void publishMany(PerfMap map, String name) {
    for (int i = 0; i < 10_000; i++) {
      map.published(code(0x10, name));
    }
  }

  private static PublishedCode code(long address, String name) {
    return code(address, CodeDescription.of(name));
  }

  private static PublishedCode code(long address, CodeDescription description) {
    byte[] bytes = "code".getBytes(UTF_8);
    return new PublishedCode(
        new CodeRange(address, bytes.length),
        MemorySegment.ofArray(bytes),
        Architecture.X86_64,
        description);
  }

  private static List<Integer> ints(ByteBuffer bytes, int count) {
    List<Integer> read = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      read.add(bytes.getInt());
    }
    return read;
  }

  private static List<Long> longs(ByteBuffer bytes, int count) {
    List<Long> read = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      read.add(bytes.getLong());
    }
    return read;
  }

  private static String text(ByteBuffer bytes, int count) {
    byte[] text = new byte[count];
    bytes.get(text);
    return new String(text, UTF_8);
  }

  @Test
  void every_allocator_asks_whether_perf_is_wanted() {
    String before = System.getProperty("jitmem.perf");
    System.setProperty("jitmem.perf", "nonsense");
    try {
      assertThatThrownBy(JitAllocator::create)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("jitmem.perf is 'nonsense'; it can be 'map' or 'jitdump'");
    } finally {
      if (before == null) {
        System.clearProperty("jitmem.perf");
      } else {
        System.setProperty("jitmem.perf", before);
      }
    }
  }
}
