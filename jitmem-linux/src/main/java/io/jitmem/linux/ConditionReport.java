package io.jitmem.linux;

import io.jitmem.posix.TemporaryDirectories;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Looks up what in the environment of this process bears on executable memory. */
final class ConditionReport {
  private static final String UNLIMITED = "unlimited";

  /** From this part of a limit on, the rest is worth a warning. */
  private static final double NEARLY = 0.9;

  private final LinuxEnvironment environment;
  private final SelfRestraint restraint;
  private final CoreBarrier barrier;
  private final List<Condition> found = new ArrayList<>();

  ConditionReport(LinuxEnvironment environment, SelfRestraint restraint, CoreBarrier barrier) {
    this.environment = environment;
    this.restraint = restraint;
    this.barrier = barrier;
  }

  /** Looks everything up; {@code aliases} tries whether code with two views is refreshed. */
  List<Condition> make(Supplier<AliasCheck.Answer> aliases) {
    processor(aliases);
    policies();
    mounts();
    limits();
    memory();
    largePages();
    membarrier();
    return List.copyOf(found);
  }

  private void processor(Supplier<AliasCheck.Answer> aliases) {
    try {
      AliasCheck.Answer answer = aliases.get();
      addIf(
          answer == AliasCheck.Answer.STALE,
          "processor",
          answer.text(),
          "it is emulated, and memory with two views is switched off");
    } catch (VirtMemException | UnsupportedOperationException refused) {
      add("processor", "could not be tried with two views: " + refused.getMessage());
    }
  }

  private void policies() {
    memoryDenyWriteExecute();
    seccomp();
    selinux();
    environment.read("/proc/sys/vm/memfd_noexec").ifPresent(this::memfdNoexec);
  }

  private void memoryDenyWriteExecute() {
    OptionalInt answer = restraint.memoryDenyWriteExecute();
    if (answer.isEmpty()) {
      add("PR_GET_MDWE", "not known to this kernel (before 6.3), or hidden by a filter");
      return;
    }
    addIf(
        answer.getAsInt() != 0,
        "PR_GET_MDWE",
        String.valueOf(answer.getAsInt()),
        "no memory is writable and executable, and none becomes executable that was not: RWX and"
            + " RW_TO_RX are refused with EACCES; two views of a file are not concerned");
  }

  private void seccomp() {
    OptionalInt mode = restraint.seccompMode();
    if (mode.isPresent()) {
      String filters = environment.status("Seccomp_filters").map(n -> ", filters: " + n).orElse("");
      addIf(
          mode.getAsInt() != 0,
          "seccomp",
          "mode " + mode.getAsInt() + (mode.getAsInt() == 0 ? " (none)" : filters),
          "calls that fail with EPERM or ENOSYS may have been refused by a filter");
    }
  }

  private void selinux() {
    Optional<String> enforce = environment.read("/sys/fs/selinux/enforce");
    if (enforce.isEmpty()) {
      add("SELinux", "not in use");
      return;
    }
    String context =
        environment.read("/proc/self/attr/current").orElse("unknown").replace("\0", "");
    boolean enforcing = enforce.get().equals("1");
    found.add(
        new Condition(
            "SELinux",
            (enforcing ? "enforcing" : "permissive") + ", this process is " + context,
            false,
            enforcing
                ? "the policy decides: execmem for RWX and RW_TO_RX, execmod for modified files,"
                    + " execute on the file for two views; a refusal is EACCES"
                : ""));
  }

  private void memfdNoexec(String value) {
    String meaning =
        switch (value) {
          case "1" ->
              "memfd_create without a flag makes files that execve refuses; they can be mapped";
          case "2" ->
              "memfd_create refuses MFD_EXEC; a file with MFD_NOEXEC_SEAL is taken, which can be mapped";
          default -> "";
        };
    found.add(new Condition("vm.memfd_noexec", value, !meaning.isEmpty(), meaning));
  }

  private void mounts() {
    Set<String> directories = new LinkedHashSet<>(List.of("/dev/shm"));
    directories.addAll(TemporaryDirectories.all());
    for (String directory : directories) {
      if (!environment.exists(directory)) {
        add(directory, "does not exist");
        continue;
      }
      boolean noexec = environment.isNoexec(directory);
      addIf(
          noexec,
          directory,
          noexec ? "mounted noexec" : "allows execution",
          "files there cannot be mapped to execute (EPERM): "
              + (directory.equals("/dev/shm") ? "shm_open" : "O_TMPFILE and temporary files")
              + " cannot serve two views");
    }
  }

  private void limits() {
    limit(
        "RLIMIT_FSIZE",
        "Max file size",
        "no larger file can be made: memory with two views goes by mremap then, or is refused");
    limit("RLIMIT_AS", "Max address space", "mmap fails with ENOMEM beyond it; reservations count");
    limit("RLIMIT_MEMLOCK", "Max locked memory", "");
    environment
        .limit("Max open files")
        .ifPresent(limit ->
            used(
                "RLIMIT_NOFILE",
                limit,
                environment.entryCount("/proc/self/fd"),
                "memory with two views needs a descriptor while it is made"));
    environment
        .read("/proc/sys/vm/max_map_count")
        .ifPresent(limit ->
            used(
                "vm.max_map_count",
                limit,
                environment.mappingCount(),
                "mmap, mprotect and munmap fail with ENOMEM beyond it; the JVM needs mappings, too"));
  }

  private void limit(String name, String label, String meaning) {
    environment
        .limit(label)
        .ifPresent(value ->
            addIf(
                !value.equals(UNLIMITED) && !meaning.isEmpty(),
                name,
                value.equals(UNLIMITED) ? value : value + " bytes",
                meaning));
  }

  private void used(String name, String limit, long used, String meaning) {
    boolean nearly = limit.matches("[0-9]{1,18}") && used >= Long.parseLong(limit) * NEARLY;
    addIf(nearly, name, limit + ", " + used + " used", meaning);
  }

  private void memory() {
    environment
        .read("/proc/sys/vm/overcommit_memory")
        .ifPresent(mode ->
            addIf(
                mode.equals("2"),
                "vm.overcommit_memory",
                mode,
                "memory is promised only as far as there is some: large mappings that are writable are"
                    + " refused with ENOMEM"));
    new ControlGroups(environment)
        .memoryLimit()
        .ifPresent(limit ->
            found.add(
                Condition.restricting(
                    "control group",
                    limit.byteSize() + " bytes of memory, " + limit.usedBytes() + " used",
                    "beyond it processes are killed, not refused (" + limit.file() + ")")));
  }

  private void largePages() {
    for (LinuxEnvironment.HugePages size : environment.hugePages()) {
      add(
          "huge pages of " + size.sizeText(),
          "%d in the pool, %d free, %d more on demand"
              .formatted(size.pool(), size.free(), size.overcommit()));
    }
    transparent("enabled", "transparent huge pages", "never", "MADV_HUGEPAGE does nothing");
    transparent(
        "shmem_enabled",
        "transparent huge pages of files in memory",
        "deny",
        "memory with two views gets none");
    environment
        .status("THP_enabled")
        .filter("0"::equals)
        .ifPresent(off ->
            found.add(
                Condition.restricting(
                    "PR_SET_THP_DISABLE", "1", "this process gets no transparent huge pages")));
  }

  private void transparent(String file, String name, String none, String meaning) {
    environment
        .choice("/sys/kernel/mm/transparent_hugepage/" + file)
        .ifPresent(choice -> addIf(choice.equals(none), name, choice, meaning));
  }

  private void membarrier() {
    try {
      List<String> offered = barrier.offered();
      addIf(
          offered.isEmpty(),
          "membarrier",
          offered.isEmpty() ? "neither SYNC_CORE nor GLOBAL" : String.join(", ", offered),
          "cores cannot be made to forget code that they fetched before it was replaced");
    } catch (VirtMemException refused) {
      found.add(
          Condition.restricting(
              "membarrier",
              "not available",
              "cores cannot be synchronised: " + refused.getMessage()));
    }
  }

  private void add(String name, String value) {
    found.add(Condition.harmless(name, value));
  }

  private void addIf(boolean restricts, String name, String value, String meaning) {
    found.add(
        restricts ? Condition.restricting(name, value, meaning) : Condition.harmless(name, value));
  }
}
