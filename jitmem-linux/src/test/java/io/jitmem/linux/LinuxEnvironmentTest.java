package io.jitmem.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.linux.ControlGroups.MemoryLimit;
import io.jitmem.linux.LinuxEnvironment.HugePages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files as other systems have them, and on this one's own. */
class LinuxEnvironmentTest {
  @TempDir Path root;

  private LinuxEnvironment environment() {
    return new LinuxEnvironment(root);
  }

  @Test
  void reads_the_whole_of_a_number_of_the_real_system() throws Exception {
    Process cat = new ProcessBuilder("cat", "/proc/sys/vm/max_map_count").start();
    String expected = new String(cat.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(expected).hasSizeGreaterThan(1);
    assertThat(new LinuxEnvironment().read("/proc/sys/vm/max_map_count")).contains(expected);
    assertThat(new LinuxEnvironment().mappingCount()).isGreaterThan(20);
  }

  @Test
  void a_directory_is_noexec_as_the_last_mount_on_the_closest_point_says() throws IOException {
    file(
        "proc/self/mountinfo",
        """
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
        23 22 0:22 / /tmp rw,nosuid,noexec - tmpfs tmpfs rw
        24 22 0:23 / /dev/shm rw,noexec - tmpfs tmpfs rw
        25 24 0:24 / /dev/shm rw master:1 propagate_from:2 - tmpfs tmpfs rw
        26 22 0:25 / /my\\040tmp rw,noexec - tmpfs tmpfs rw
        not a mount
        """);
    assertThat(environment().isNoexec("/tmp")).isTrue();
    assertThat(environment().isNoexec("/tmp/build")).isTrue();
    assertThat(environment().isNoexec("/tmpdir")).isFalse();
    assertThat(environment().isNoexec("/dev/shm")).isFalse();
    assertThat(environment().isNoexec("/my tmp/x")).isTrue();
    assertThat(environment().isNoexec("/")).isFalse();
  }

  @Test
  void the_tightest_limit_of_the_groups_above_counts_in_version_2() throws IOException {
    file("proc/self/cgroup", "0::/user.slice/job\n");
    file("proc/self/mountinfo", "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    file("sys/fs/cgroup/user.slice/job/memory.max", "max\n");
    file("sys/fs/cgroup/user.slice/memory.max", "1073741824\n");
    file("sys/fs/cgroup/user.slice/memory.current", "4096\n");
    assertThat(new ControlGroups(environment()).memoryLimit())
        .contains(new MemoryLimit("/sys/fs/cgroup/user.slice/memory.max", 1 << 30, 4096));
  }

  @Test
  void version_1_has_its_memory_controller_and_a_container_its_own_root() throws IOException {
    file("proc/self/cgroup", "5:cpu,cpuacct:/other\n4:memory:/docker/abc\n0::/\n");
    file(
        "proc/self/mountinfo",
        """
        32 1 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
        35 1 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        """);
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n");
    assertThat(new ControlGroups(environment()).memoryLimit())
        .contains(new MemoryLimit("/sys/fs/cgroup/memory/memory.limit_in_bytes", 256 << 20, 0));
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(new ControlGroups(environment()).memoryLimit()).isEmpty();
  }

  @Test
  void pools_of_huge_pages_are_told_by_size() throws IOException {
    pool(1048576, 0, 0, 0);
    pool(2048, 8, 5, 2);
    assertThat(environment().hugePages())
        .containsExactly(new HugePages(2 << 20, 8, 3, 0), new HugePages(1 << 30, 0, 0, 0));
    assertThat(environment().hugePages().getFirst().sizeText()).isEqualTo("2 MiB");
  }

  @Test
  void settings_limits_and_status_are_found_by_name() throws IOException {
    file("sys/thp", "always [madvise] never\n");
    file("proc/self/status", "Name:\tjava\nSeccomp:\t2\nSeccomp_filters:\t3\n");
    file(
        "proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max file size             65536                unlimited            bytes
        Max address space         unlimited            unlimited            bytes
        """);
    assertThat(environment().choice("/sys/thp")).contains("madvise");
    assertThat(environment().status("Seccomp")).contains("2");
    assertThat(environment().limit("Max file size")).contains("65536");
    assertThat(environment().limit("Max address space")).contains("unlimited");
    assertThat(environment().limit("Max open files")).isEmpty();
    assertThat(environment().read("/nothing")).isEmpty();
    assertThat(environment().entryCount("/nothing")).isZero();
  }

  private void pool(long kibibytes, int pool, int free, int reserved) throws IOException {
    String directory = "sys/kernel/mm/hugepages/hugepages-" + kibibytes + "kB/";
    file(directory + "nr_hugepages", pool + "\n");
    file(directory + "free_hugepages", free + "\n");
    file(directory + "resv_hugepages", reserved + "\n");
    file(directory + "nr_overcommit_hugepages", "0\n");
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
  }
}
