package io.jitmem.virtmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.virtmem.VirtMemException.Call;
import io.jitmem.virtmem.VirtMemException.Kind;
import io.jitmem.virtmem.spi.Support;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The value types: what they accept, refuse and say. */
class ValuesTest {
  @Test
  void an_exception_names_the_call_the_code_and_the_cause() {
    Call call = new Call("mmap(NULL, 65536, PROT_READ|PROT_EXEC, MAP_SHARED, fd=7)", 1, "EPERM");
    VirtMemException refused =
        new VirtMemException(Kind.PERMISSION_DENIED, call, "the file lies on a noexec mount");
    assertThat(refused)
        .hasMessage(
            "mmap(NULL, 65536, PROT_READ|PROT_EXEC, MAP_SHARED, fd=7) failed: EPERM (1):"
                + " the file lies on a noexec mount");
    assertThat(refused.kind()).isEqualTo(Kind.PERMISSION_DENIED);
    assertThat(refused.call()).contains(call);
    assertThat(refused.hint()).isEqualTo("the file lies on a noexec mount");
    assertThat(new VirtMemException(Kind.OTHER, new Call("f()", 99, ""), ""))
        .hasMessage("f() failed: error 99");
    assertThat(new VirtMemException(Kind.NO_SPACE, "full").call()).isEmpty();
  }

  @Test
  void an_exception_survives_serialisation() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new VirtMemException(Kind.OTHER, new Call("f()", 9, "EBADF"), "hint"));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      VirtMemException read = (VirtMemException) in.readObject();
      assertThat(read.call()).contains(new Call("f()", 9, "EBADF"));
      assertThat(read.kind()).isEqualTo(Kind.OTHER);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "amd64, X86_64",
    "x86_64, X86_64",
    "AMD64, X86_64",
    "aarch64, AARCH64",
    "arm64, AARCH64",
    "riscv64, RISCV64"
  })
  void an_architecture_is_known_by_the_names_that_systems_give_it(String name, Architecture known) {
    assertThat(Architecture.of(name)).contains(known);
  }

  @ParameterizedTest
  @ValueSource(strings = {"s390x", "ppc64le", "x86", "", "riscv32"})
  void other_architectures_are_not_guessed(String name) {
    assertThat(Architecture.of(name)).isEmpty();
  }

  @Test
  void the_current_platform_is_what_java_says() {
    assertThat(Platform.current().osName()).isEqualTo(System.getProperty("os.name"));
    assertThat(Platform.current().archName()).isEqualTo(System.getProperty("os.arch"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Platform("", "x"));
  }

  @Test
  void protections_cover_what_they_allow() {
    assertThat(Protection.RWX.covers(Protection.RX)).isTrue();
    assertThat(Protection.RX.covers(Protection.RW)).isFalse();
    assertThat(Protection.RW.covers(Protection.RX)).isFalse();
    assertThat(Arrays.stream(Protection.values())).allMatch(any -> any.covers(Protection.NONE));
  }

  @Test
  void page_sizes_are_powers_of_two_in_order() {
    assertThat(new PageInfo(4096, 65536, List.of(2L << 20, 1L << 30)).largeByteSizes()).hasSize(2);
    assertThatIllegalArgumentException().isThrownBy(() -> new PageInfo(5000, 65536, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new PageInfo(4096, 2048, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new PageInfo(4096, 4096, List.of(4096L)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PageInfo(4096, 4096, List.of(1L << 30, 2L << 20)));
  }

  @Test
  void sizes_are_rounded_up_but_never_over_the_edge() {
    PageInfo pages = new PageInfo(4096, 4096, List.of());
    assertThat(pages.roundUp(0)).isZero();
    assertThat(pages.roundUp(1)).isEqualTo(4096);
    assertThat(pages.roundUp(4096)).isEqualTo(4096);
    assertThat(pages.requireWholePages(8192)).isEqualTo(8192);
    assertThatIllegalArgumentException().isThrownBy(() -> pages.roundUp(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> pages.roundUp(Long.MAX_VALUE));
    assertThatIllegalArgumentException().isThrownBy(() -> pages.requireWholePages(4097));
    assertThatIllegalArgumentException().isThrownBy(() -> pages.requireWholePages(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a[b", "a]b", "$a", "a\\b", "a`b", "\u00e9", "a\nb"})
  void a_mapping_has_no_name_that_a_system_would_refuse(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MappingOptions.NONE.withName(name))
        .withMessageContaining("1 to 79");
  }

  @Test
  void options_add_up_and_leave_the_original_alone() {
    MappingOptions options =
        MappingOptions.NONE
            .withName("x".repeat(79))
            .withLargePages(2 << 20)
            .withShared()
            .withMapJit()
            .withMaximumProtection(Protection.RX)
            .withPreferTemporaryFile()
            .withMechanism("m");
    assertThat(options.shared() && options.mapJit() && options.preferTemporaryFile()).isTrue();
    assertThat(options.maximumProtection()).contains(Protection.RX);
    assertThat(options.mechanism()).contains("m");
    assertThat(MappingOptions.NONE.name()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> MappingOptions.NONE.withLargePages(3));
    assertThatIllegalArgumentException().isThrownBy(() -> MappingOptions.NONE.withLargePages(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MappingOptions.NONE.withName("x".repeat(80)));
  }

  @Test
  void a_dual_mapping_has_views_of_one_size() {
    MemorySegment small = MemorySegment.ofArray(new byte[4]);
    MemorySegment large = MemorySegment.ofArray(new byte[8]);
    assertThat(new DualMapping(small, small, "m").byteSize()).isEqualTo(4);
    assertThatIllegalArgumentException().isThrownBy(() -> new DualMapping(small, large, "m"));
  }

  @Test
  void a_refusal_has_a_reason() {
    assertThatIllegalArgumentException().isThrownBy(() -> Support.no(""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capability.unavailable(Ability.RWX, "mmap", ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Capability.available(Ability.RWX, "", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> Placement.near(0, 0));
  }

  @Test
  void capabilities_mention_every_ability_once_per_mechanism() {
    List<Capability> all =
        Arrays.stream(Ability.values())
            .map(ability -> Capability.unavailable(ability, "m", "not here"))
            .toList();
    Capabilities capabilities = new Capabilities(all);
    assertThat(capabilities.allows(Ability.RWX)).isFalse();
    assertThat(capabilities.of(Ability.RWX)).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Capabilities(all.subList(1, all.size())));
    List<Capability> twice = List.of(all.get(0), all.get(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Capabilities(twice))
        .withMessageContaining("twice");
  }
}
