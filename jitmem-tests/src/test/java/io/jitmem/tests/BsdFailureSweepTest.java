package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.shims.BsdShim;
import io.jitmem.shims.MissingCalls;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each BSD's backend leaves when a call fails. */
class BsdFailureSweepTest extends ShimFailureSweep<BsdShim> {
  static Stream<String> systems() {
    return Stream.of("FreeBSD", "NetBSD", "OpenBSD", "DragonFly");
  }

  @Override
  BsdShim open(String system, String... settings) {
    return BsdShim.of(system, settings);
  }

  @Override
  void addOperations(Map<String, Runnable> all, String system, VirtMem memory, long bytes) {
    for (Capability each : memory.capabilities().of(Ability.DUAL_MAPPING)) {
      String mechanism = each.mechanism();
      all.put(mechanism, () -> MemoryUse.dual(memory, bytes, mechanism));
    }
    all.put("any mechanism", () -> MemoryUse.dual(memory, bytes));
    all.put("commit two views", () -> MemoryUse.commitDual(memory, bytes));
    if (memory.capabilities().allows(Ability.CORE_SYNCHRONIZATION)) {
      all.put("barrier", memory::synchronizeCores);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FreeBSD, SHM_ANON, shm_open, 24, EMFILE, TOO_MANY_HANDLES",
    "FreeBSD, SHM_ANON, ftruncate, 27, EFBIG, FILE_TOO_LARGE",
    "FreeBSD, SHM_ANON, shm_open, 94, ECAPMODE, PERMISSION_DENIED",
    "FreeBSD, memfd_create, memfd_create, 23, ENFILE, TOO_MANY_HANDLES",
    "FreeBSD, memfd_create, memfd_create, 78, ENOSYS, NOT_SUPPORTED",
    "FreeBSD, temporary file, posix_fallocate, 28, ENOSPC, NO_SPACE",
    "FreeBSD, temporary file, open, 69, EDQUOT, NO_SPACE",
    "FreeBSD, SHM_ANON, mmap, 45, EOPNOTSUPP, NOT_SUPPORTED",
    "NetBSD, mremap, mremap, 12, ENOMEM, OUT_OF_MEMORY",
    "NetBSD, mremap, mprotect, 13, EACCES, PERMISSION_DENIED",
    "NetBSD, shm_open, shm_open, 86, ENOTSUP, NOT_SUPPORTED",
    "NetBSD, shm_open, posix_fallocate, 69, EDQUOT, NO_SPACE",
    "OpenBSD, shm_open, mmap, 91, ENOTSUP, NOT_SUPPORTED",
    "OpenBSD, shm_open, ftruncate, 87, EOVERFLOW, OUT_OF_MEMORY",
    "OpenBSD, shm_open, pwrite, 28, ENOSPC, NO_SPACE",
    "DragonFly, shm_open, pwrite, 69, EDQUOT, NO_SPACE",
    "DragonFly, temporary file, open, 62, ELOOP, OTHER",
    "DragonFly, shm_open, mmap, 35, EAGAIN, OUT_OF_MEMORY",
  })
  void a_refusal_has_the_kind_and_the_name_that_the_system_gives_it(
      String system, String mechanism, String function, int errno, String name, Kind kind) {
    refused(shim(system), mechanism, function, errno, kind)
        .withMessageContaining(name + " (" + errno + ")");
  }

  /** Pages that were left as each other's copies would be seen through both. */
  @Test
  void two_views_that_cannot_be_protected_leave_both_ranges_what_they_were() {
    BsdShim shim = shim("NetBSD");
    Set<String> files = Set.of("memfd_create", "shm_open", "open");
    VirtMem memory = BsdProvider.open(shim.platform(), new MissingCalls(shim, files));
    long page = memory.pages().byteSize();
    MemorySegment reserved = memory.reserve(2 * page, Placement.anywhere());
    MemorySegment one = reserved.asSlice(0, page);
    MemorySegment other = reserved.asSlice(page);
    memory.commitDual(one, other);
    memory.decommit(reserved);
    shim.failAlways("mprotect", 13);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.commitDual(one, other))
        .withMessageContainingAll("mremap: mprotect(", "no function memfd_create");
    shim.failNothing();
    memory.commit(one, Protection.RW);
    memory.commit(other, Protection.RW);
    one.fill((byte) 1);
    assertThat(other.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    memory.release(reserved);
  }

  @ParameterizedTest
  @ValueSource(ints = {22, 45})
  void zeros_take_the_storage_where_the_file_system_cannot_allocate(int errno) {
    BsdShim shim = shim("FreeBSD");
    VirtMem memory = shim.memory();
    MappingOptions options = MappingOptions.NONE.withMechanism("temporary file");
    shim.failAlways("posix_fallocate", errno);
    memory.release(memory.allocateDual(3 * memory.pages().byteSize(), options));
    assertThat(shim.counted()).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("systems")
  void a_descriptor_that_cannot_be_closed_leaves_no_mapping(String system) {
    BsdShim shim = shim(system);
    VirtMem memory = shim.memory();
    long bytes = memory.pages().byteSize();
    for (Capability mechanism : memory.capabilities().of(Ability.DUAL_MAPPING)) {
      MappingOptions options = MappingOptions.NONE.withMechanism(mechanism.mechanism());
      shim.failAlways("close", FAILURE);
      Throwable failure = catchThrowable(() -> memory.release(memory.allocateDual(bytes, options)));
      boolean hasFile = !mechanism.mechanism().equals("mremap");
      assertThat(failure != null).as(mechanism.mechanism()).isEqualTo(hasFile);
      assertThat(shim.mappedBytes()).isZero();
      shim.cleanUp();
    }
  }
}
