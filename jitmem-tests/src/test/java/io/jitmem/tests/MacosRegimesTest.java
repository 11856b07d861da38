package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.shims.MacosShim;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each CPU, a signature and Rosetta make of the macOS backend, over our reading of macOS. */
class MacosRegimesTest {
  private static final MappingOptions UNDER_SWITCH = MappingOptions.NONE.withMapJit();

  private static List<String> restricting(VirtMem memory) {
    return memory.conditions().stream().filter(Condition::restricts).map(Condition::name).toList();
  }

  private static String reason(VirtMem memory, Ability ability) {
    return memory.capabilities().of(ability).getFirst().detail();
  }

  @Test
  void intel_has_everything_but_the_switch() {
    VirtMem memory = MacosShim.of("Intel").memory();
    assertThat(memory.pages().byteSize()).isEqualTo(4096);
    assertThat(memory.capabilities().allows(Ability.RWX)).isTrue();
    assertThat(memory.capabilities().allows(Ability.RW_TO_RX)).isTrue();
    assertThat(memory.capabilities().allows(Ability.DUAL_MAPPING)).isTrue();
    assertThat(memory.capabilities().allows(Ability.CORE_SYNCHRONIZATION)).isTrue();
    assertThat(reason(memory, Ability.MAP_JIT)).contains("Apple's processors");
    assertThat(restricting(memory)).isEmpty();
  }

  @Test
  void apple_silicon_has_the_switch_and_says_why_it_has_no_more() {
    VirtMem memory = MacosShim.of("Apple").memory();
    assertThat(memory.pages().byteSize()).isEqualTo(16 << 10);
    assertThat(memory.capabilities().allows(Ability.MAP_JIT)).isTrue();
    assertThat(memory.capabilities().allows(Ability.RW_TO_RX)).isTrue();
    assertThat(reason(memory, Ability.RWX)).contains("EACCES (13)", "MAP_JIT only");
    assertThat(reason(memory, Ability.DUAL_MAPPING)).contains("not known");
    assertThat(reason(memory, Ability.GUARDED_BRANCHES)).contains("no call is known");
    assertThat(memory.hardenedRuntime().mapJit()).isTrue();
    assertThat(memory.conditions())
        .contains(Condition.harmless("pthread_jit_write_protect_np", "usable"))
        .anySatisfy(
            condition -> assertThat(condition.value()).isEqualTo("0x10001 CS_VALID|CS_RUNTIME"))
        .anySatisfy(condition ->
            assertThat(condition.value())
                .contains("com.apple.security.cs.allow-jit")
                .doesNotContain("allowlist"));
    assertThat(restricting(memory)).isEmpty();
  }

  @Test
  void under_rosetta_two_views_are_off() {
    MacosShim shim = MacosShim.of("Intel", "TRANSLATED=1");
    VirtMem memory = shim.memory();
    assertThat(restricting(memory)).containsExactly("sysctl.proc_translated");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> memory.allocateDual(memory.pages().byteSize()))
        .withMessageContaining("Rosetta");
    assertThat(memory.hardenedRuntime().dualMapping()).isFalse();
    assertThat(shim.complaint()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, EPERM", "22, EINVAL"})
  void a_missing_jit_entitlement_is_named_whatever_the_system_answers(int errno, String name) {
    VirtMem memory = MacosShim.of("Apple", "ALLOW_JIT=0", "JIT_DENIAL=" + errno).memory();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(16 << 10, Protection.RWX, UNDER_SWITCH))
        .withMessageContainingAll("|MAP_JIT", name, "com.apple.security.cs.allow-jit")
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    assertThat(restricting(memory)).containsExactly("code signing");
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.SEAL);
    }
  }

  /** The call that turns the switch would end such a process. */
  @Test
  void a_list_of_permitted_callbacks_switches_the_switch_off() {
    MacosShim shim = MacosShim.of("Apple", "ALLOWLIST=1");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> shim.memory().allocate(16 << 10, Protection.RWX, UNDER_SWITCH))
        .withMessageContaining("com.apple.security.cs.jit-write-allowlist");
    assertThat(shim.switches()).isZero();
    assertThat(shim.complaint()).isEmpty();
  }

  @Test
  void without_unsigned_memory_no_code_can_be_placed_and_the_entitlement_is_named() {
    MacosShim shim = MacosShim.of("Apple", "UNSIGNED_MEMORY=0");
    VirtMem memory = shim.memory();
    assertThat(memory.capabilities().allows(Ability.RW_TO_RX)).isFalse();
    assertThat(memory.capabilities().allows(Ability.MAP_JIT)).isFalse();
    assertThat(reason(memory, Ability.MAP_JIT))
        .contains("com.apple.security.cs.allow-unsigned-executable-memory");
    assertThat(restricting(memory)).containsExactly("code signing");
    assertThat(shim.mappedBytes()).isZero();
    assertThat(shim.complaint()).isEmpty();
  }

  @Test
  void intel_without_unsigned_memory_says_so() {
    VirtMem memory = MacosShim.of("Intel", "UNSIGNED_MEMORY=0").memory();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocate(4096, Protection.RWX))
        .withMessageContaining("com.apple.security.cs.allow-unsigned-executable-memory")
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED));
    assertThat(restricting(memory)).containsExactly("code signing");
  }

  /** The system's first releases lack what is looked up, and nothing is left of the attempts. */
  @Test
  void what_an_old_macos_lacks_is_named() {
    MacosShim shim = MacosShim.of("Intel", "OLD=1");
    VirtMem memory = shim.memory();
    assertThat(reason(memory, Ability.CORE_SYNCHRONIZATION))
        .contains("no function thread_get_register_pointer_values");
    assertThat(reason(memory, Ability.MAP_JIT)).contains("macOS 11");
    assertThat(memory.capabilities().allows(Ability.DUAL_MAPPING)).isTrue();
    assertThat(shim.ports()).isZero();
    assertThat(shim.mappedBytes()).isZero();
    assertThat(shim.complaint()).isEmpty();
  }

  @Test
  void neither_view_ever_becomes_what_the_other_is() throws Throwable {
    MacosShim shim = MacosShim.of("Intel");
    VirtMem memory = shim.memory();
    DualMapping dual = memory.allocateDual(memory.pages().byteSize());
    assertThat(shim.protect(dual.rx(), 3)).isEqualTo(-1);
    assertThat(shim.protect(dual.rw(), 5)).isEqualTo(-1);
    assertThat(shim.protect(dual.rw(), 1)).isZero();
    memory.release(dual);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Intel", "Apple"})
  void a_bound_on_later_protections_is_kept(String cpu) {
    VirtMem memory = MacosShim.of(cpu).memory();
    var bounded =
        memory.allocate(
            memory.pages().byteSize(),
            Protection.R,
            MappingOptions.NONE.withMaximumProtection(Protection.R));
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.protect(bounded, Protection.RW))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED))
        .withMessageContaining("may become at most");
    memory.release(bounded);
  }

  /** On another CPU the caches need not be coherent, as these rules take them to be. */
  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "amd64",
      disabledReason = "code under the rules of Intel's processors is flushed for those alone")
  void code_runs_in_each_way_that_intel_has() {
    MacosShim shim = MacosShim.of("Intel");
    for (WriteStrategy strategy :
        List.of(WriteStrategy.DIRECT, WriteStrategy.DUAL, WriteStrategy.SEAL)) {
      runs(shim, strategy);
    }
  }

  @Test
  void code_runs_in_each_way_that_apple_silicon_has() {
    MacosShim shim = MacosShim.of("Apple");
    for (WriteStrategy strategy : List.of(WriteStrategy.MAP_JIT, WriteStrategy.SEAL)) {
      runs(shim, strategy);
    }
  }

  private static void runs(MacosShim shim, WriteStrategy strategy) {
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(shim.memory()).strategy(strategy).build()) {
      for (int value = 1; value < 20; value++) {
        Span span = allocator.allocate(64);
        allocator.write(span, SampleCode.returning(value));
        assertThat(shim.execute(span.entry())).isEqualTo(value);
        allocator.release(span);
      }
    }
    assertThat(shim.mappedBytes()).isZero();
    assertThat(shim.complaint()).isEmpty();
  }
}
