package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What policies, privileges and limits of Windows do, over the shim, and how it is told. */
class PoliciesTest {
  private static final long GRANULE = 64 << 10;
  private static final long LARGE = 2 << 20;

  private final Shim shim = Shim.open();
  private final WindowsVirtMem memory = new WindowsVirtMem(shim.binder(), Architecture.X86_64);

  @Test
  void arbitrary_code_guard_refuses_every_way_and_is_named_as_the_cause() {
    shim.set(Shim.Setting.ACG, 1);
    Capabilities found = memory.capabilities();
    for (Ability ability : List.of(Ability.RWX, Ability.RW_TO_RX, Ability.DUAL_MAPPING)) {
      assertThat(found.of(ability))
          .allSatisfy(way ->
              assertThat(way.detail())
                  .contains("ERROR_DYNAMIC_CODE_BLOCKED (1655)", "Arbitrary Code Guard"));
    }
    assertThat(memory.hardenedRuntime().enabled()).isTrue();
    assertThat(condition("ProcessDynamicCodePolicy").restricts()).isTrue();
    MemorySegment plain = memory.allocate(GRANULE, Protection.RW);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(plain, Protection.RX))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    memory.release(plain);
  }

  @Test
  void control_flow_guard_is_told_and_takes_nothing_away() {
    shim.set(Shim.Setting.CFG, 1);
    assertThat(condition("ProcessControlFlowGuardPolicy"))
        .satisfies(on -> assertThat(on.restricts()).isFalse())
        .satisfies(on -> assertThat(on.value()).startsWith("on;"));
    shim.set(Shim.Setting.CFG, 5);
    assertThat(condition("ProcessControlFlowGuardPolicy").value()).startsWith("on, strict");
  }

  @Test
  void a_privilege_that_is_not_held_is_noticed_although_the_call_succeeds() {
    assertThat(memory.pages().largeByteSizes()).isEmpty();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(
            () -> memory.allocate(LARGE, Protection.RW, MappingOptions.NONE.withLargePages(LARGE)))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED))
        .withMessageContaining("AdjustTokenPrivileges(SeLockMemoryPrivilege")
        .withMessageContaining("ERROR_NOT_ALL_ASSIGNED (1300)")
        .withMessageContaining("Lock pages in memory");
    assertThat(condition("SeLockMemoryPrivilege").value()).startsWith("not to be had");
  }

  @Test
  void large_pages_are_had_with_the_privilege_by_one_view_or_two() {
    shim.set(Shim.Setting.PRIVILEGE, 1);
    assertThat(memory.pages().largeByteSizes()).containsExactly(LARGE);
    assertThat(memory.capabilities().allows(Ability.LARGE_PAGES)).isTrue();
    MappingOptions large = MappingOptions.NONE.withLargePages(LARGE);
    MemorySegment one = memory.allocate(LARGE, Protection.RWX, large);
    assertThat(one.address() % LARGE).isZero();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> memory.discard(one))
        .withMessageContaining("as a whole only");
    memory.release(one);
    memory.release(memory.allocateDual(LARGE, large));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() ->
            memory.allocate(
                2 * LARGE, Protection.RW, MappingOptions.NONE.withLargePages(2 * LARGE)))
        .withMessageContaining("2097152 bytes here");
    assertThat(condition("SeLockMemoryPrivilege").value()).isEqualTo("held and enabled");
  }

  @Test
  void a_system_without_large_pages_says_so() {
    shim.set(Shim.Setting.LARGE_PAGE, 0);
    assertThat(memory.capabilities().of(Ability.LARGE_PAGES))
        .singleElement()
        .extracting(Capability::detail)
        .asString()
        .contains("GetLargePageMinimum answers 0");
  }

  @Test
  void a_reservation_costs_no_commit_charge_and_two_views_cost_it_once() {
    long charge = shim.charge();
    MemorySegment reserved = memory.reserve(1L << 36, Placement.anywhere());
    assertThat(shim.charge()).isEqualTo(charge);
    MemorySegment rx = reserved.asSlice(0, GRANULE);
    memory.commitDual(rx, reserved.asSlice(GRANULE, GRANULE));
    assertThat(shim.charge()).isEqualTo(charge + GRANULE);
    memory.release(reserved);
    assertThat(shim.charge()).isEqualTo(charge);
  }

  @Test
  void two_views_of_a_large_range_cost_what_is_populated() {
    long charge = shim.charge();
    MemorySegment rx = memory.reserve(1L << 34, Placement.anywhere());
    MemorySegment rw = memory.reserve(1L << 34, Placement.anywhere());
    memory.prepareDual(rx, rw);
    assertThat(shim.charge()).isEqualTo(charge);
    memory.populate(rw.asSlice(GRANULE, GRANULE));
    memory.populate(rw.asSlice(GRANULE, GRANULE));
    assertThat(shim.charge()).isEqualTo(charge + GRANULE);
    memory.discard(rw.asSlice(0, 4 * GRANULE));
    assertThat(shim.charge()).isEqualTo(charge + GRANULE);
    memory.release(rx);
    memory.release(rw);
    assertThat(shim.charge()).isEqualTo(charge);
  }

  @Test
  void the_commit_limit_is_named_where_it_is_reached() {
    shim.set(Shim.Setting.COMMIT_LIMIT, shim.charge() + GRANULE);
    for (Runnable tooMuch :
        List.<Runnable>of(
            () -> memory.allocate(2 * GRANULE, Protection.RW),
            () -> memory.allocateDual(2 * GRANULE))) {
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(tooMuch::run)
          .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.OUT_OF_MEMORY))
          .withMessageContaining("ERROR_COMMITMENT_LIMIT (1455)");
    }
  }

  @Test
  void names_the_call_its_arguments_and_the_code_of_a_refusal() {
    shim.set(Shim.Setting.ACG, 1);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(GRANULE, Protection.RWX))
        .withMessageStartingWith(
            "VirtualAlloc(NULL, 65536, MEM_RESERVE|MEM_COMMIT, PAGE_EXECUTE_READWRITE) failed:"
                + " ERROR_DYNAMIC_CODE_BLOCKED (1655): dynamic code is prohibited");
  }

  @Test
  void a_system_without_placeholders_says_what_that_costs() {
    shim.set(Shim.Setting.PLACEHOLDERS, 0);
    Optional<Capability> views =
        memory.capabilities().of(Ability.RESERVE).stream()
            .filter(way -> way.mechanism().contains("PLACEHOLDER"))
            .findFirst();
    assertThat(views.orElseThrow().available()).isFalse();
    assertThat(views.orElseThrow().detail()).contains("VirtualAlloc2", "ERROR_INVALID_PARAMETER");
    assertThat(condition("placeholders").restricts()).isTrue();
  }

  @Test
  void an_emulated_jvm_has_no_two_views_and_is_told_why() {
    shim.set(Shim.Setting.MACHINE, WindowsAbi.IMAGE_FILE_MACHINE_ARM64);
    assertThat(memory.capabilities().allows(Ability.DUAL_MAPPING)).isFalse();
    assertThat(condition("processor").restricts()).isTrue();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> memory.allocateDual(GRANULE))
        .withMessageContaining("emulated on an ARM64 processor");
    WindowsVirtMem native64 = new WindowsVirtMem(shim.binder(), Architecture.AARCH64);
    assertThat(native64.capabilities().allows(Ability.DUAL_MAPPING)).isTrue();
  }

  @Test
  void a_system_that_ignores_bounds_is_not_believed() {
    shim.set(Shim.Setting.BOUNDS, 0);
    long before = shim.left();
    for (int round = 0; round < 2; round++) {
      MemorySegment placed = memory.reserve(GRANULE, Placement.near(4L << 30, 1L << 30));
      assertThat(Math.abs(placed.address() - (4L << 30))).isLessThanOrEqualTo(1L << 30);
      memory.release(placed);
    }
    assertThat(shim.left()).isEqualTo(before);
  }

  private Condition condition(String name) {
    return memory.conditions().stream()
        .filter(condition -> condition.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
