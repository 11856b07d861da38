package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.WriteStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real kernel with real restrictions, each in a process of its own: what can be had there is
 * taken by itself, and what cannot is refused with the cause, leaves nothing behind and works again
 * when the limit is lifted.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "restrains Linux processes")
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the numbers of the system calls here are x86-64's")
class RestrainedSystemTest {
  /** Code memory is taken whole, since HotSpot could get none later. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:ReservedCodeCacheSize=32m",
          "-XX:InitialCodeCacheSize=32m",
          "-Xint",
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "-Xms48m",
          "-Xmx48m",
          "--enable-native-access=ALL-UNNAMED");

  @ParameterizedTest
  @CsvSource({
    "mdwe, EACCES, PR_SET_MDWE is in force",
    "seccomp, EPERM, a seccomp filter",
  })
  void two_views_are_chosen_where_code_cannot_be_written_in_place(
      String restraint, String error, String cause) throws Exception {
    Map<String, String> told = run(restraint);
    assertThat(told).containsEntry("answer", "42").containsEntry("strategy", "DUAL");
    assertThat(told.get("reason")).contains(error, cause);
    assertThat(told.get("RWX/mmap")).startsWith("false").contains(error, cause);
    assertThat(told.get("RW_TO_RX/mprotect")).startsWith("false").contains(error, cause);
    assertThat(told.get("DUAL_MAPPING/memfd_create")).startsWith("true");
    assertThat(told.get("DUAL_MAPPING/mremap")).startsWith("false").contains(error, cause);
    assertThat(told.get("condition/PR_GET_MDWE")).isEqualTo(restraint.equals("mdwe") ? "1" : "0");
    assertThat(told.get("condition/seccomp"))
        .startsWith(restraint.equals("mdwe") ? "mode 0" : "mode 2");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void two_views_go_by_memfd_whatever_the_system_says_of_its_execution(int noexec)
      throws Exception {
    Map<String, String> told =
        runInNamespace(
            List.of("-p", "-f", "--mount-proc"),
            "echo " + noexec + " >/proc/sys/vm/memfd_noexec",
            "as-it-is");
    assertThat(told)
        .containsEntry("as-it-is", "memfd_create")
        .containsEntry("as-it-is/answer", "42");
  }

  @Test
  void without_memfd_the_next_mechanisms_serve() throws Exception {
    Map<String, String> told = run("no-memfd");
    assertThat(told)
        .containsEntry("no-memfd", "mremap")
        .containsEntry("no-memfd/answer", "42")
        .containsEntry("no-memfd-mdwe", "shm_open")
        .containsEntry("no-memfd-mdwe/answer", "42");
  }

  @Test
  void without_shared_memory_that_executes_a_temporary_file_serves() throws Exception {
    Map<String, String> told = runInNamespace(List.of("-m"), noexec("/dev/shm"), "no-memfd");
    assertThat(told)
        .containsEntry("no-memfd-mdwe", "O_TMPFILE")
        .containsEntry("no-memfd-mdwe/answer", "42");
  }

  @Test
  void a_directory_that_does_not_execute_is_passed_over(@TempDir Path directory) throws Exception {
    Map<String, String> told =
        runInNamespace(
            List.of("-m"),
            noexec(directory.toString()) + " && export TMPDIR=" + directory,
            "temporary-file");
    assertThat(told.get("mechanism")).isIn("O_TMPFILE", "temporary file");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void where_nothing_serves_every_mechanism_is_told_with_its_error() throws Exception {
    Map<String, String> told =
        runInNamespace(
            List.of("-m"),
            noexec("/dev/shm") + " && " + noexec("/tmp") + " && " + noexec("/var/tmp"),
            "no-memfd");
    assertThat(told.get("no-memfd")).isEqualTo("mremap");
    assertThat(told.get("no-memfd-mdwe"))
        .contains("memfd_create: memfd_create(\"jitmem\"", "ENOSYS (38)")
        .contains("mremap: mprotect(", "EACCES (13)", "PR_SET_MDWE is in force")
        .contains("shm_open: mmap(", "O_TMPFILE: mmap(", "temporary file: mmap(")
        .contains("EPERM (1): the file lies on a noexec mount");
  }

  @Test
  void a_limit_of_file_sizes_is_named_and_another_mechanism_serves() throws Exception {
    Map<String, String> told = run("file-size");
    assertThat(told.get("refused"))
        .startsWith("FILE_TOO_LARGE: a file of 1048576 bytes exceeds")
        .contains("65536 bytes (RLIMIT_FSIZE, ulimit -f)");
    assertThat(told).containsEntry("served", "mremap").containsEntry("after", "memfd_create");
  }

  @Test
  void running_out_of_descriptors_is_named_and_another_mechanism_serves() throws Exception {
    Map<String, String> told = run("descriptors");
    assertThat(told.get("refused"))
        .startsWith("TOO_MANY_HANDLES: memfd_create(")
        .contains("EMFILE (24)", "ulimit -n");
    assertThat(told).containsEntry("served", "mremap").containsEntry("after", "memfd_create");
  }

  @Test
  void running_out_of_address_space_is_an_exception_with_the_limit() throws Exception {
    Map<String, String> told = run("address-space");
    assertThat(told.get("refused"))
        .startsWith("OUT_OF_MEMORY: mmap(")
        .contains("ENOMEM (12)", "ulimit -v allows");
    assertThat(told).containsEntry("after", "42");
  }

  @Test
  void running_out_of_mappings_is_an_exception_with_the_limit() throws Exception {
    long most =
        Long.parseLong(Files.readAllLines(Path.of("/proc/sys/vm/max_map_count")).getFirst());
    assumeTrue(most <= 300_000, "vm.max_map_count is " + most + ": too many to use them all up");
    Map<String, String> told = run("mappings");
    assertThat(told.get("refused"))
        .contains("ENOMEM (12)", "of vm.max_map_count=" + most + " are in use");
    assertThat(told).containsEntry("after", "42").containsEntry("spans", "0");
  }

  @Test
  void a_full_file_system_is_an_exception_that_leaves_no_file() throws Exception {
    Map<String, String> told =
        runInNamespace(List.of("-m"), "mount -t tmpfs -o size=256k tmpfs /dev/shm", "full");
    assertThat(told.get("refused"))
        .startsWith("NO_SPACE: posix_fallocate(")
        .contains("ENOSPC (28): the file system is full");
    assertThat(told)
        .containsEntry("left", "")
        .containsEntry("remount", "0")
        .containsEntry("after", "shm_open");
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void blocks_take_large_pages_from_the_pool_and_normal_ones_when_it_is_empty(
      WriteStrategy strategy) throws Exception {
    try (HugePagePool pool = HugePagePool.of(2048, 8)) {
      Map<String, String> told = run("huge", strategy.name());
      assertThat(told.get("pages"))
          .isEqualTo("0:2048 1:2048 2:2048 3:2048 4:2048 5:2048 6:2048 7:2048 8:4");
      assertThat(told).containsEntry("large", "4").containsEntry("fallback", "1");
      pool.requireAllFree();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void blocks_get_large_pages_without_a_pool_and_it_is_seen_when_they_do_not(WriteStrategy strategy)
      throws Exception {
    assumeTrue(
        Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")),
        "the kernel has no transparent huge pages");
    Map<String, String> told = run("transparent", strategy.name());
    assertThat(told).containsEntry("answer", "42").containsEntry("huge", "4096");
    assertThat(told).containsEntry("large", "1").containsEntry("fallback", "0");
    assertThat(told).containsEntry("denied", "0").containsEntry("denied fallback", "1");
  }

  @Test
  void a_page_of_a_gibibyte_executes_in_place_and_with_two_views() throws Exception {
    try (HugePagePool pool = HugePagePool.of(1 << 20, 1)) {
      Map<String, String> told = run("gigantic");
      assertThat(told).containsEntry("direct", "7:1048576").containsEntry("dual", "7:1048576");
      pool.requireAllFree();
    }
  }

  private static String noexec(String directory) {
    return "mount --bind %1$s %1$s && mount -o remount,bind,noexec %1$s".formatted(directory);
  }

  private static Map<String, String> runInNamespace(
      List<String> namespaces, String preparation, String... scenario) throws Exception {
    List<String> unshare = new ArrayList<>(List.of("unshare"));
    unshare.addAll(namespaces);
    List<String> trial = new ArrayList<>(unshare);
    trial.add("true");
    assumeTrue(succeeds(trial), "unshare is not installed or not permitted");
    unshare.addAll(List.of("sh", "-c", preparation + " && exec \"$@\"", "sh"));
    unshare.addAll(command(scenario));
    return told(ChildJvm.run("", unshare));
  }

  private static boolean succeeds(List<String> command) throws Exception {
    try {
      return ChildJvm.run("", command).status() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }

  private static Map<String, String> run(String... scenario) throws Exception {
    return told(ChildJvm.run("", command(scenario)));
  }

  private static List<String> command(String... scenario) {
    List<String> command = new ArrayList<>(List.of(ChildJvm.java()));
    command.addAll(OPTIONS);
    command.addAll(
        List.of(
            "--class-path",
            ChildJvm.TOP.resolve("jitmem-tests/target/test-classes") + ":" + ChildJvm.libraryPath(),
            RestrainedProcess.class.getName()));
    command.addAll(List.of(scenario));
    return command;
  }

  /** What the process printed, which lived to its end and left nothing. */
  private static Map<String, String> told(ChildJvm.Outcome outcome) {
    Map<String, String> told = new HashMap<>();
    outcome
        .out()
        .lines()
        .filter(line -> line.contains("="))
        .forEach(line ->
            told.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    assertThat(outcome.status()).as(outcome.out() + outcome.err()).isZero();
    assertThat(told)
        .containsEntry("end", "alive")
        .containsEntry("leaked mappings", "[]")
        .containsEntry("leaked descriptors", "[]")
        .containsEntry("leaked bytes", "0");
    return told;
  }
}
