package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.perf.Jitdump;
import io.jitmem.observe.perf.PerfMap;
import io.jitmem.virtmem.Architecture;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** perf's files when names are odd, others were there before, or the system takes no more. */
class PerfHardshipsTest {
  private static final long PID = ProcessHandle.current().pid();
  private static final int HEADER_BYTES = 40;

  /** A NUL, an end of line, and half of a pair, which UTF-8 does not have. */
  private static final String ODD = "a\0b\nc\ud800d";

  @TempDir Path directory;

  @Test
  void odd_and_long_names_keep_to_their_line_and_record() throws Exception {
    String longName = "\u00fc".repeat(100_000);
    try (PerfMap map = PerfMap.open(directory);
        Jitdump dump = Jitdump.open(directory)) {
      for (CodeListener listener : List.of(map, dump)) {
        listener.published(code(0x10, ODD));
        listener.published(code(0x20, longName));
        listener.published(code(0x30, "last"));
      }
      map.flush();
      dump.flush();

      assertThat(map.path()).hasContent("10 4 a?b?c?d\n20 4 " + longName + "\n30 4 last\n");
      assertThat(names(dump.path())).containsExactly("a?b?c?d", longName, "last");
    }
  }

  @Test
  void the_map_of_an_earlier_process_of_the_same_number_is_replaced() throws Exception {
    Path file = Files.writeString(directory.resolve("perf-" + PID + ".map"), "1 1 ghost\n");
    FileTime longAgo =
        FileTime.from(ProcessHandle.current().info().startInstant().orElseThrow().minusSeconds(1));
    Files.setLastModifiedTime(file, longAgo);

    try (PerfMap map = PerfMap.open(directory)) {
      map.published(code(0x10, "ours"));
    }

    assertThat(file).hasContent("10 4 ours\n");
  }

  @Test
  void a_map_that_has_another_name_is_refused() throws Exception {
    Path victim = Files.writeString(directory.resolve("victim"), "precious");
    Files.createLink(directory.resolve("perf-" + PID + ".map"), victim);

    assertThatThrownBy(() -> PerfMap.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("has other names, too: remove it");
    assertThat(victim).hasContent("precious");
  }

  @Test
  void a_directory_that_is_reached_by_a_link_is_the_same() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    try (Jitdump dump = Jitdump.open(directory);
        Jitdump same = Jitdump.open(link)) {
      dump.published(code(0x10, "a"));
      same.published(code(0x20, "b"));
      dump.flush();

      assertThat(names(dump.path())).containsExactly("a", "b");
    }
  }

  @Test
  void a_directory_that_is_not_there_is_named() {
    Path nowhere = directory.resolve("nowhere");
    assertThatThrownBy(() -> PerfMap.open(nowhere))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot open " + nowhere.resolve("perf-" + PID + ".map"));
  }

  @Test
  void a_file_that_is_removed_meanwhile_harms_nobody() throws Exception {
    PerfMap map = PerfMap.open(directory);
    Files.delete(map.path());
    map.published(code(0x10, "unseen"));
    map.close();

    assertThat(map.path()).doesNotExist();
  }

  @Test
  @SuppressWarnings("restricted") // nothing is read of these bytes
  void a_function_that_perf_cannot_count_is_refused() throws Exception {
    long tooLarge = 1L << 31;
    PublishedCode code =
        new PublishedCode(
            new CodeRange(1L << 40, tooLarge),
            MemorySegment.ofAddress(1L << 40).reinterpret(tooLarge),
            Architecture.X86_64,
            CodeDescription.of("large"));
    try (Jitdump dump = Jitdump.open(directory)) {
      assertThatThrownBy(() -> dump.published(code))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("less than 2 GiB");
      dump.published(code(0x10, "small"));
      dump.flush();

      assertThat(names(dump.path())).containsExactly("small");
    }
  }

  @Test
  void what_is_published_while_a_file_is_closed_is_there_or_not_but_whole() throws Exception {
    for (int round = 0; round < 50; round++) {
      Path own = Files.createDirectory(directory.resolve("round" + round));
      PerfMap map = PerfMap.open(own);
      Jitdump dump = Jitdump.open(own);
      AtomicInteger begun = new AtomicInteger();
      AtomicBoolean closed = new AtomicBoolean();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  while (!closed.get()) {
                    map.published(code(0x10, "racing"));
                    dump.published(code(0x10, "racing"));
                    begun.incrementAndGet();
                  }
                }));
      }
      while (begun.get() < 100) {
        Thread.onSpinWait();
      }
      dump.close();
      map.close();
      closed.set(true);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(Files.readAllLines(map.path())).isNotEmpty().allMatch("10 4 racing"::equals);
      assertThat(names(dump.path())).isNotEmpty().allMatch("racing"::equals);
    }
  }

  @Test
  void where_nothing_may_be_executed_a_dump_is_refused_and_nothing_of_it_is_left()
      throws Exception {
    Toolchain.assumeInstalled("unshare");
    assumeTrue(
        ChildJvm.run("", List.of("unshare", "-m", "true")).status() == 0,
        "unshare is not permitted");
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount -t tmpfs -o noexec none \"$0\" && exec \"$@\"",
                directory.toString()));
    command.addAll(child(PerfRefusedChild.class));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);

    assertThat(outcome.status()).as(outcome.err()).isZero();
    assertThat(outcome.out().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("PERMISSION_DENIED: mmap(") && line.contains("EPERM"));
  }

  @Test
  void a_file_that_may_not_grow_ends_with_a_whole_line() throws Exception {
    ChildJvm.Outcome outcome = limited("map");

    List<String> lines = Files.readAllLines(file(outcome));
    assertThat(outcome.out()).contains("cannot write 655").contains("interrupted true");
    assertThat(lines)
        .hasSizeGreaterThan(1_000)
        .allMatch(line -> line.matches("10 4 function\\d{8}"));
  }

  @Test
  void a_dump_that_may_not_grow_ends_with_a_whole_record() throws Exception {
    ChildJvm.Outcome outcome = limited("jitdump");

    assertThat(outcome.out()).contains("cannot write 65").contains("interrupted true");
    assertThat(names(file(outcome)))
        .hasSizeGreaterThan(600)
        .allMatch(name -> name.matches("function\\d{8}"));
  }

  @Test
  void what_is_written_after_there_was_no_room_follows_what_was_whole() throws Exception {
    ChildJvm.Outcome outcome = limited("map", "raise");

    List<String> lines = Files.readAllLines(file(outcome));
    assertThat(lines).allMatch(line -> line.matches("10 4 function\\d{8}"));
    assertThat(lines.getLast()).isEqualTo("10 4 function00019999");
    assertThat(lines).hasSizeLessThan(20_000);
  }

  private Path file(ChildJvm.Outcome outcome) {
    return directory.resolve(outcome.out().lines().toList().getFirst());
  }

  private ChildJvm.Outcome limited(String... arguments) throws Exception {
    List<String> command = child(PerfLimitedChild.class);
    command.addAll(List.of(arguments));
    ChildJvm.Outcome outcome = ChildJvm.run("", command);
    assertThat(outcome.status()).as(outcome.err()).isZero();
    return outcome;
  }

  private List<String> child(Class<?> main) throws Exception {
    return new ArrayList<>(
        List.of(
            ChildJvm.java(),
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            ChildJvm.testClassPath(),
            main.getName(),
            directory.toString()));
  }

  /** The functions of a dump, which must be whole records and at most one mark of the end. */
  private static List<String> names(Path dump) throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(dump)).order(ByteOrder.LITTLE_ENDIAN);
    List<String> names = new ArrayList<>();
    int at = HEADER_BYTES;
    while (at < bytes.capacity()) {
      int id = bytes.getInt(at);
      int byteSize = bytes.getInt(at + 4);
      if (id == 0) {
        byte[] name = new byte[byteSize - 56 - 1 - 4];
        bytes.get(at + 56, name);
        names.add(new String(name, UTF_8));
      } else {
        assertThat(id).isEqualTo(3);
        assertThat(at + byteSize).isEqualTo(bytes.capacity());
      }
      at += byteSize;
    }
    assertThat(at).isEqualTo(bytes.capacity());
    return names;
  }

  private static PublishedCode code(long address, String name) {
    byte[] bytes = "code".getBytes(UTF_8);
    return new PublishedCode(
        new CodeRange(address, bytes.length),
        MemorySegment.ofArray(bytes),
        Architecture.X86_64,
        CodeDescription.of(name));
  }
}
