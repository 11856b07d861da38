package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each system call of each operation is made to fail in turn: nothing may be left, and the next try
 * must work.
 */
class FailureSweepTest {
  private static final long BYTES = 64 << 10;
  private static final int EIO = 5;
  private static final int ENOMEM = 12;

  private final FaultyBinder system = new FaultyBinder();
  private final LinuxVirtMem memory =
      new LinuxVirtMem(
          LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow()), system);

  @AfterEach
  void nothing_is_left() {
    assertThat(system.left()).isEmpty();
  }

  @NeedsTwoViews
  @ParameterizedTest
  @EnumSource(DualMechanism.class)
  void undoes_a_dual_mapping_wherever_it_fails(DualMechanism mechanism) {
    MappingOptions options = MappingOptions.NONE.withMechanism(mechanism.text());
    // The first one may try more, once.
    memory.release(memory.allocateDual(BYTES, options));
    system.failNothing();
    memory.release(memory.allocateDual(BYTES, options));
    int callsThatMayFail = (int) system.calls().stream().filter(FailureSweepTest::mayFail).count();
    assertThat(callsThatMayFail).isGreaterThanOrEqualTo(3);
    int failures = 0;
    for (int index = 0; index < callsThatMayFail; index++) {
      system.failAt(index, EIO);
      Throwable failure = catchThrowable(() -> memory.release(memory.allocateDual(BYTES, options)));
      if (failure != null) {
        assertThat(failure).isInstanceOf(VirtMemException.class).hasMessageContaining("(5)");
        failures++;
      }
      requireNothingLeft(index, failure);
    }
    // A directory that fails is followed by the next one, so files survive some failures.
    assertThat(failures).isGreaterThanOrEqualTo(mechanism.isTemporaryFile() ? 0 : callsThatMayFail);
    system.failNothing();
    memory.release(memory.allocateDual(BYTES, options));
  }

  /** A file whose removal failed is there, of course, and the exception says so. */
  private void requireNothingLeft(int index, @Nullable Throwable failure) {
    if (String.valueOf(failure).contains("unlink(")) {
      assertThat(system.left()).hasSize(1).first().asString().contains("/jitmem-");
      system.cleanUp();
    }
    assertThat(system.left()).as("after call %d of %s", index, system.calls()).isEmpty();
  }

  private static boolean mayFail(String call) {
    return !call.equals("getpagesize") && !call.equals("munmap") && !call.equals("close");
  }

  @NeedsTwoViews
  @ParameterizedTest
  @EnumSource(value = DualMechanism.class, mode = EnumSource.Mode.EXCLUDE, names = "MREMAP")
  void unmaps_both_views_when_the_descriptor_cannot_be_closed(DualMechanism mechanism) {
    system.failAlways("close", EIO);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(
            () -> memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism(mechanism.text())))
        .withMessageContaining("close(");
    assertThat(system.left()).allMatch(left -> left.startsWith("descriptor"));
    system.cleanUp();
  }

  @NeedsTwoViews
  @ParameterizedTest
  @CsvSource({
    "memfd_create, memfd_create, mremap",
    "mremap, mremap, memfd_create",
  })
  void takes_the_next_mechanism_when_one_fails(String failing, String absent, String taken) {
    system.failAlways(failing, EIO);
    DualMapping dual = memory.allocateDual(BYTES);
    assertThat(dual.mechanism()).isEqualTo(taken).isNotEqualTo(absent);
    memory.release(dual);
  }

  /** Each is an exception of its kind, and {@link #nothing_is_left} looks afterwards. */
  @NeedsTwoViews
  @ParameterizedTest
  @CsvSource({
    "memfd_create, memfd_create, 24, EMFILE, TOO_MANY_HANDLES",
    "memfd_create, memfd_create, 23, ENFILE, TOO_MANY_HANDLES",
    "memfd_create, ftruncate, 27, EFBIG, FILE_TOO_LARGE",
    "memfd_create, mmap, 12, ENOMEM, OUT_OF_MEMORY",
    "mremap, mmap, 12, ENOMEM, OUT_OF_MEMORY",
    "mremap, mremap, 12, ENOMEM, OUT_OF_MEMORY",
    "mremap, mprotect, 12, ENOMEM, OUT_OF_MEMORY",
    "shm_open, shm_open, 24, EMFILE, TOO_MANY_HANDLES",
    "shm_open, shm_open, 23, ENFILE, TOO_MANY_HANDLES",
    "shm_open, ftruncate, 27, EFBIG, FILE_TOO_LARGE",
    "shm_open, posix_fallocate, 28, ENOSPC, NO_SPACE",
    "shm_open, posix_fallocate, 122, EDQUOT, NO_SPACE",
    "O_TMPFILE, open, 28, ENOSPC, NO_SPACE",
    "O_TMPFILE, open, 122, EDQUOT, NO_SPACE",
    "O_TMPFILE, open, 24, EMFILE, TOO_MANY_HANDLES",
    "O_TMPFILE, posix_fallocate, 27, EFBIG, FILE_TOO_LARGE",
    "temporary file, posix_fallocate, 122, EDQUOT, NO_SPACE",
    "temporary file, mmap, 12, ENOMEM, OUT_OF_MEMORY",
  })
  void running_out_of_something_is_told_by_its_kind(
      String mechanism, String function, int errno, String name, Kind kind) {
    system.failAlways(function, errno);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism(mechanism)))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
        .withMessageContaining(function + "(")
        .withMessageContaining(name + " (" + errno + ")");
  }

  @NeedsTwoViews
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void memory_that_a_file_lacks_is_an_exception_before_it_is_touched(boolean oldKernel) {
    system.shortenFiles(memory.pages().byteSize());
    DualMapping dual =
        memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism("memfd_create"));
    if (oldKernel) {
      system.failAlways("madvise", 22);
    }
    memory.populate(dual.rw().asSlice(0, memory.pages().byteSize()));
    dual.rw().set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.populate(dual.rw()))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.NO_SPACE))
        .withMessageContaining("no more room behind the file");
    assertThat(dual.rx().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
    memory.release(dual);
  }

  @NeedsTwoViews
  @ParameterizedTest
  @ValueSource(strings = {"shm_open", "temporary file"})
  void storage_is_taken_by_writing_where_the_file_system_cannot_allocate(String mechanism) {
    system.failAlways("posix_fallocate", LinuxErrors.EOPNOTSUPP);
    DualMapping dual = memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism(mechanism));
    memory.release(dual);
    system.shortenFiles(memory.pages().byteSize());
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism(mechanism)))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.NO_SPACE));
  }

  @NeedsTwoViews
  @Test
  void an_allocation_that_a_signal_interrupts_goes_on() {
    system.failTimes("posix_fallocate", 4, 3);
    memory.release(memory.allocateDual(BYTES, MappingOptions.NONE.withMechanism("shm_open")));
    assertThat(system.calls().stream().filter("posix_fallocate"::equals)).hasSize(4);
  }

  @NeedsTwoViews
  @Test
  void goes_down_the_whole_ladder_and_says_why_each_step_failed() {
    system.failAlways("mmap", ENOMEM);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocateDual(BYTES))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.OUT_OF_MEMORY))
        .satisfies(
            failure -> assertThat(failure.getSuppressed()).hasSize(DualMechanism.values().length))
        .withMessageContainingAll(
            "memfd_create: ",
            "mremap: ",
            "shm_open: ",
            "O_TMPFILE: ",
            "temporary file: ",
            "ENOMEM");
    assertThat(system.calls())
        .contains("memfd_create", "shm_open", "shm_unlink", "open", "unlink", "close");
  }

  @NeedsTwoViews
  @Test
  void prefers_temporary_files_when_asked() {
    DualMapping dual = memory.allocateDual(BYTES, MappingOptions.NONE.withPreferTemporaryFile());
    assertThat(dual.mechanism()).isIn("O_TMPFILE", "temporary file");
    memory.release(dual);
  }

  @Test
  void names_the_call_its_arguments_and_the_errno_of_a_refusal() {
    system.failAlways("mmap", ENOMEM);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(BYTES, Protection.RWX))
        .withMessageStartingWith(
            "mmap(NULL, 65536, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANON) failed: ENOMEM (12)")
        .withMessageContaining("vm.max_map_count");
  }

  @Test
  void leaves_the_protection_when_it_cannot_be_changed() {
    MemorySegment mapped = memory.allocate(BYTES, Protection.RW);
    system.failAlways("mprotect", 13);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(mapped, Protection.RX))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.PERMISSION_DENIED))
        .withMessageContaining("PR_SET_MDWE is not in force");
    mapped.fill((byte) 1);
    memory.release(mapped);
  }

  @Test
  void keeps_memory_that_the_kernel_does_not_take_back_and_tries_again() {
    MemorySegment first = memory.allocate(BYTES, Protection.RW);
    MemorySegment second = memory.allocate(BYTES, Protection.RW);
    system.failAlways("munmap", ENOMEM);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.release(first))
        .withMessageContaining("munmap");
    assertThat(first.scope().isAlive()).isFalse();
    assertThat(system.left()).hasSize(2);
    system.failNothing();
    memory.release(second);
  }

  @NeedsTwoViews
  @ParameterizedTest
  @CsvSource({
    "13, 'memfd_create,memfd_create,ftruncate'",
    "22, 'memfd_create,memfd_create,ftruncate'",
  })
  void asks_for_a_memfd_with_other_flags_when_these_are_refused(int errno, String calls) {
    MappingOptions options = MappingOptions.NONE.withMechanism("memfd_create");
    memory.release(memory.allocateDual(BYTES, options));
    system.failAt(1, errno); // getrlimit comes first
    DualMapping dual = memory.allocateDual(BYTES, options);
    assertThat(String.join(",", system.calls())).contains(calls);
    memory.release(dual);
  }

  @Test
  void falls_back_to_the_global_barrier_where_the_kernel_lacks_the_expedited_one() {
    system.failAt(0, 22);
    memory.synchronizeCores();
    assertThat(system.calls()).containsExactly("syscall", "syscall", "syscall");
  }

  @Test
  void says_that_cores_cannot_be_synchronised_where_the_call_is_missing() {
    system.failAlways("syscall", LinuxErrors.ENOSYS);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(memory::synchronizeCores)
        .withMessageContaining("membarrier")
        .withMessageContaining("ENOSYS");
  }
}
