package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.bsd.BsdProvider;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.shims.BsdShim;
import io.jitmem.shims.MissingCalls;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each BSD's rules on executable memory make of the backend, over our reading of them. */
class BsdRegimesTest {
  private static final NativeFunction MPROTECT =
      NativeFunction.of("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT))
          .withoutErrno();

  @Test
  void freebsd_without_writable_code_says_which_setting_denies_it() {
    VirtMem memory = BsdShim.of("FreeBSD", "ALLOW_WX=0", "IMPLY_PROT_MAX=1").memory();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(memory.pages().byteSize(), Protection.RWX))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED))
        .withMessageContainingAll("PROT_MAX(", "EACCES (13)", "kern.elf64.allow_wx");
    assertThat(memory.conditions())
        .filteredOn(Condition::restricts)
        .extracting(Condition::name)
        .containsExactly("PROC_WXMAP_STATUS");
    assertThat(memory.hardenedRuntime().enabled()).isTrue();
  }

  /** Releases that cannot tell what holds for a process have the setting alone. */
  @Test
  void freebsd_that_does_not_tell_of_the_process_is_taken_by_its_setting() {
    BsdShim shim = BsdShim.of("FreeBSD", "ALLOW_WX=0", "IMPLY_PROT_MAX=1");
    VirtMem memory =
        BsdProvider.open(shim.platform(), new MissingCalls(shim, Set.of("procctl", "membarrier")));
    assertThat(memory.conditions())
        .filteredOn(Condition::restricts)
        .extracting(Condition::name)
        .containsExactly("kern.elf64.allow_wx");
    if (System.getProperty("os.arch").equals("amd64")) {
      assertThat(memory.capabilities().of(Ability.CORE_SYNCHRONIZATION))
          .extracting(Capability::mechanism)
          .containsExactly("mprotect of a written page");
    }
  }

  /** What was mapped without PROT_MAX would stay as it was under vm.imply_prot_max. */
  @Test
  void freebsd_that_implies_maxima_lets_written_memory_become_executable() {
    VirtMem memory = BsdShim.of("FreeBSD", "ALLOW_WX=0", "IMPLY_PROT_MAX=1").memory();
    assertThat(memory.capabilities().allows(Ability.RW_TO_RX)).isTrue();
    assertThat(memory.conditions())
        .contains(
            new Condition(
                "vm.imply_prot_max",
                "1",
                false,
                "nothing follows for jitmem, whose mappings say PROT_MAX"));
  }

  @Test
  void freebsd_keeps_either_view_from_becoming_what_the_other_is() throws Throwable {
    BsdShim shim = BsdShim.of("FreeBSD");
    VirtMem memory = shim.memory();
    for (Capability mechanism : memory.capabilities().of(Ability.DUAL_MAPPING)) {
      MappingOptions options = MappingOptions.NONE.withMechanism(mechanism.mechanism());
      DualMapping dual = memory.allocateDual(memory.pages().byteSize(), options);
      assertThat(mprotect(shim, dual.rx(), Protection.RW)).isEqualTo(-1);
      assertThat(mprotect(shim, dual.rw(), Protection.RX)).isEqualTo(-1);
      assertThat(mprotect(shim, dual.rw(), Protection.R)).isZero();
      memory.release(dual);
    }
  }

  private static int mprotect(BsdShim shim, MemorySegment range, Protection to) throws Throwable {
    int bits = (to.readable() ? 1 : 0) | (to.writable() ? 2 : 0) | (to.executable() ? 4 : 0);
    MethodHandle call = shim.bind(MPROTECT).orElseThrow();
    return (int) call.invokeExact(range.address(), range.byteSize(), bits);
  }

  @Test
  void freebsd_aligns_what_is_large_for_superpages() {
    VirtMem memory = BsdShim.of("FreeBSD").memory();
    for (long size : new long[] {2L << 20, 6L << 20}) {
      MemorySegment large = memory.allocate(size, Protection.RW);
      assertThat(large.address() % (2L << 20)).isZero();
      memory.release(large);
      DualMapping dual = memory.allocateDual(size);
      assertThat(dual.rx().address() % (2L << 20)).isZero();
      assertThat(dual.rw().address() % (2L << 20)).isZero();
      memory.release(dual);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FreeBSD", "NetBSD"})
  void a_bound_on_later_protections_is_kept(String system) {
    VirtMem memory = BsdShim.of(system).memory();
    long bytes = memory.pages().byteSize();
    MappingOptions upToReadable = MappingOptions.NONE.withMaximumProtection(Protection.R);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.allocate(bytes, Protection.RX, upToReadable))
        .withMessageContainingAll("R", "RX");
    MemorySegment bounded = memory.allocate(bytes, Protection.R, upToReadable);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(bounded, Protection.RW))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    memory.release(bounded);
  }

  @Test
  void a_bound_that_the_system_would_not_keep_is_refused() {
    VirtMem without = BsdShim.of("NetBSD", "PAX_MPROTECT=0").memory();
    long bytes = without.pages().byteSize();
    MappingOptions bounded = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> without.allocate(bytes, Protection.RW, bounded))
        .withMessageContaining("PaX MPROTECT");
    VirtMem freeBsd = BsdShim.of("FreeBSD").memory();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() ->
            freeBsd.allocate(
                bytes, Protection.NONE, MappingOptions.NONE.withMaximumProtection(Protection.NONE)))
        .withMessageContaining("PROT_MAX(PROT_NONE)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OpenBSD", "DragonFly"})
  void a_bound_is_refused_where_there_is_none(String system) {
    VirtMem memory = BsdShim.of(system).memory();
    MappingOptions bounded = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> memory.allocate(memory.pages().byteSize(), Protection.RW, bounded))
        .withMessageContaining(system);
  }

  @Test
  void netbsd_names_pax_and_the_way_out() {
    VirtMem memory = BsdShim.of("NetBSD").memory();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(memory.pages().byteSize(), Protection.RWX))
        .withMessageContainingAll("PROT_MPROTECT(", "security.pax.mprotect.enabled", "paxctl +m");
  }

  /** The shim complains of the request that would be SIGABRT. */
  @Test
  void openbsd_is_never_asked_for_what_may_end_the_process() {
    BsdShim shim = BsdShim.of("OpenBSD");
    VirtMem memory = shim.memory();
    long bytes = memory.pages().byteSize();
    MemorySegment mapped = memory.allocate(bytes, Protection.RW);
    for (Runnable request :
        new Runnable[] {
          () -> memory.allocate(bytes, Protection.RWX),
          () -> memory.protect(mapped, Protection.RWX),
        }) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(request::run)
          .withMessageContaining("kern.wxabort");
    }
    memory.release(mapped);
    assertThat(memory.capabilities().allows(Ability.RWX)).isFalse();
    assertThat(shim.complaint()).isEmpty();
  }

  @Test
  void openbsd_explains_ranges_that_cannot_be_changed_and_what_code_must_begin_with() {
    BsdShim shim = BsdShim.of("OpenBSD");
    VirtMem memory = shim.memory();
    MemorySegment mapped = memory.allocate(memory.pages().byteSize(), Protection.RW);
    shim.failAlways("mprotect", 1);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(mapped, Protection.R))
        .withMessageContainingAll("EPERM (1)", "mimmutable");
    shim.failNothing();
    memory.release(mapped);
    assertThat(memory.conditions())
        .extracting(Condition::name)
        .contains("W^X", "landing pads", "system calls");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FreeBSD", "NetBSD", "OpenBSD", "DragonFly"})
  void code_runs_and_so_does_other_code_in_its_place(String system) throws Throwable {
    BsdShim shim = BsdShim.of(system);
    // Without it only memory that held no code yet is published.
    boolean again = shim.memory().capabilities().allows(Ability.CORE_SYNCHRONIZATION);
    for (WriteStrategy strategy : new WriteStrategy[] {WriteStrategy.DUAL, WriteStrategy.SEAL}) {
      try (JitAllocator allocator =
          JitAllocator.builder().virtMem(shim.memory()).strategy(strategy).build()) {
        for (int value = 1; value < (again ? 20 : 2); value++) {
          Span span = allocator.allocate(64);
          allocator.write(span, SampleCode.returning(value));
          assertThat((int) bound(span).invokeExact()).isEqualTo(value);
          allocator.release(span);
        }
      }
    }
    assertThat(shim.mappedBytes()).isZero();
    assertThat(shim.complaint()).isEmpty();
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bound(Span span) {
    return Linker.nativeLinker().downcallHandle(span.entry(), FunctionDescriptor.of(JAVA_INT));
  }
}
