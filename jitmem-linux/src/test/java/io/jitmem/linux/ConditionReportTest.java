package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.posix.CallErrors;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Condition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is reported of systems that are not at hand, and of one where calls are refused. */
class ConditionReportTest {
  private static final int ENOSYS = 38;

  @TempDir Path root;

  private final FaultyBinder system = new FaultyBinder();

  @Test
  void a_system_with_every_restriction_is_told_with_what_follows() throws IOException {
    file("proc/self/status", "Seccomp:\t2\nSeccomp_filters:\t3\nTHP_enabled:\t0\n");
    file("sys/fs/selinux/enforce", "1");
    file("proc/self/attr/current", "user_u:user_r:user_t:s0\0");
    file("proc/sys/vm/memfd_noexec", "2\n");
    file("proc/sys/vm/overcommit_memory", "2\n");
    file("proc/sys/vm/max_map_count", "100\n");
    file("proc/self/maps", "00400000-00401000 r-xp 00000000 00:00 0\n".repeat(95));
    file("proc/self/limits", "Max file size 65536 unlimited bytes\n");
    file("proc/self/mountinfo", "25 1 0:23 / /dev/shm rw,noexec - tmpfs tmpfs rw\n");
    Files.createDirectories(root.resolve("dev/shm"));
    file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
    file("sys/kernel/mm/transparent_hugepage/shmem_enabled", "always [deny] never\n");
    system.failAlways("syscall", ENOSYS);
    List<Condition> conditions = report();
    assertThat(conditions)
        .filteredOn(Condition::restricts)
        .extracting(Condition::name)
        .contains(
            "processor",
            "seccomp",
            "vm.memfd_noexec",
            "/dev/shm",
            "RLIMIT_FSIZE",
            "vm.max_map_count",
            "vm.overcommit_memory",
            "transparent huge pages",
            "transparent huge pages of files in memory",
            "PR_SET_THP_DISABLE",
            "membarrier");
    assertThat(named(conditions, "SELinux").value())
        .isEqualTo("enforcing, this process is user_u:user_r:user_t:s0");
    assertThat(named(conditions, "SELinux").meaning()).contains("execmem", "execmod");
    assertThat(named(conditions, "vm.max_map_count").value()).isEqualTo("100, 95 used");
    assertThat(named(conditions, "seccomp").value()).isEqualTo("mode 2, filters: 3");
  }

  @Test
  void a_kernel_that_says_nothing_is_not_guessed_at() {
    system.failAlways("prctl", 22);
    List<Condition> conditions = report();
    assertThat(named(conditions, "PR_GET_MDWE").restricts()).isFalse();
    assertThat(named(conditions, "PR_GET_MDWE").value()).contains("not known");
    assertThat(named(conditions, "SELinux").value()).isEqualTo("not in use");
    assertThat(conditions).extracting(Condition::name).doesNotContain("vm.memfd_noexec", "seccomp");
  }

  @Test
  void this_system_is_reported_without_an_error() {
    List<Condition> conditions =
        new ConditionReport(new LinuxEnvironment(), restraint(new LinuxEnvironment()), barrier())
            .make(() -> AliasCheck.Answer.STALE);
    assertThat(conditions)
        .extracting(Condition::name)
        .contains("PR_GET_MDWE", "seccomp", "SELinux", "/tmp", "RLIMIT_AS", "vm.max_map_count");
    assertThat(conditions).extracting(Condition::name).doesNotHaveDuplicates();
  }

  private List<Condition> report() {
    LinuxEnvironment environment = new LinuxEnvironment(root);
    return new ConditionReport(environment, restraint(environment), barrier())
        .make(() -> AliasCheck.Answer.STALE);
  }

  private SelfRestraint restraint(LinuxEnvironment environment) {
    return new SelfRestraint(environment, calls());
  }

  private CoreBarrier barrier() {
    return new CoreBarrier(
        LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow()), calls());
  }

  private LinuxCalls calls() {
    return new LinuxCalls(
        system, new CallErrors(LinuxErrors.table(), (function, text, code) -> ""));
  }

  private static Condition named(List<Condition> conditions, String name) {
    return conditions.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
