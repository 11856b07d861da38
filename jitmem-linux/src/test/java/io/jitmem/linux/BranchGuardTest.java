package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which protections reach the system: the bit itself is taken off, as no other CPU takes it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "maps memory of Linux")
class BranchGuardTest {
  private static final long BYTES = 64 << 10;
  private static final long HWCAP2_BTI = 0x20000;
  private static final int GUARDED = Posix.PROT_READ | Posix.PROT_EXEC | LinuxAbi.PROT_BTI;

  private static VirtMem guarding(Architecture cpu, ProtectionBinder system) {
    return new LinuxVirtMem(LinuxAbi.of(cpu), system).guardingBranches();
  }

  @Test
  void every_executable_protection_is_guarded_and_no_other() {
    ProtectionBinder system = new ProtectionBinder(HWCAP2_BTI);
    VirtMem memory = guarding(Architecture.AARCH64, system);
    assertThat(memory.guardsBranches()).isTrue();
    assertThat(memory.guardingBranches()).isSameAs(memory);
    MemorySegment mapped = memory.allocate(BYTES, Protection.RWX);
    memory.protect(mapped, Protection.RW);
    memory.protect(mapped, Protection.RX);
    memory.release(mapped);
    MemorySegment reserved = memory.reserve(BYTES, Placement.anywhere());
    memory.commit(reserved, Protection.RX);
    memory.release(reserved);
    assertThat(system.protections())
        .containsExactly(GUARDED | Posix.PROT_WRITE, 3, GUARDED, Posix.PROT_NONE, GUARDED);
  }

  @ParameterizedTest
  @EnumSource(DualMechanism.class)
  void of_two_views_the_executable_one_is_guarded(DualMechanism mechanism) {
    ProtectionBinder system = new ProtectionBinder(HWCAP2_BTI);
    LinuxAbi abi = LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow());
    CallErrors errors = new CallErrors(LinuxErrors.table(), (function, text, code) -> "");
    PosixCalls posix = BranchGuard.calls(system, abi, errors);
    LinuxCalls linux = new LinuxCalls(system, errors);
    DualMapper mapper =
        new DualMapper(
            new LinuxSystem(abi, posix, linux),
            new TransparentHugePages(posix, new LinuxEnvironment()),
            new PagePopulation(abi, posix, linux));
    ViewAddresses views =
        new DualLadder(mapper.routes())
            .map(BYTES, MappingOptions.NONE.withMechanism(mechanism.text()))
            .addresses();
    posix.munmap(views.rx(), BYTES);
    posix.munmap(views.rw(), BYTES);
    assertThat(system.protections()).contains(GUARDED);
    assertThat(system.protections())
        .allMatch(prot -> (prot & Posix.PROT_EXEC) == 0 || prot == GUARDED);
  }

  @ParameterizedTest
  @CsvSource({"AARCH64, 0", "X86_64, 0x20000", "RISCV64, 0x20000"})
  void nothing_changes_where_the_cpu_has_no_guard(Architecture cpu, String words) {
    ProtectionBinder system = new ProtectionBinder(Long.decode(words));
    VirtMem memory = guarding(cpu, system);
    assertThat(memory.guardsBranches()).isFalse();
    memory.release(memory.allocate(BYTES, Protection.RX));
    assertThat(system.protections()).containsExactly(Posix.PROT_READ | Posix.PROT_EXEC);
  }

  @Test
  void a_kernel_that_refuses_the_guard_is_told() {
    assumeTrue(
        !System.getProperty("os.arch").equals("aarch64"), "the kernel of this CPU may take it");
    ProtectionBinder system = new ProtectionBinder(HWCAP2_BTI).passingOn();
    VirtMem memory = guarding(Architecture.AARCH64, system);
    MemorySegment mapped = memory.allocate(BYTES, Protection.RW);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(mapped, Protection.RX))
        .withMessageContaining("PROT_READ|PROT_EXEC|0x10")
        .withMessageContaining("EINVAL (22)")
        .withMessageContaining("does not take PROT_BTI");
    memory.release(mapped);
  }
}
