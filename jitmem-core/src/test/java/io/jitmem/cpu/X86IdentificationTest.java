package io.jitmem.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.cpu.X86Feature.Register;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class X86IdentificationTest {
  private static final long ALL_STATE = -1;
  private static final long UP_TO_AVX = 7;
  private static final int OSXSAVE = 1 << 27;

  /** A CPU whose leaves are planted, and which does not like to be asked for others. */
  private static final class Planted implements CpuidSource {
    private final Map<Long, int[]> leaves = new HashMap<>();
    private final long xcr0;
    boolean askedForXcr0;

    Planted(long xcr0) {
      this.xcr0 = xcr0;
      plant(0, 0, 0x24, 0x756e6547, 0x6c65746e, 0x49656e69);
      plant(0x80000000, 0, 0x80000008, 0, 0, 0);
      for (int leaf = 1; leaf <= 0x24; leaf++) {
        plant(leaf, 0, 1, 0, 0, 0);
        plant(leaf, 1, 0, 0, 0, 0);
      }
      plant(1, 0, 0, 0, OSXSAVE, 0);
      for (int leaf = 0x80000001; leaf <= 0x80000008; leaf++) {
        plant(leaf, 0, 0, 0, 0, 0);
      }
    }

    Planted plant(int leaf, int subleaf, int... words) {
      leaves.put((long) leaf << 32 | subleaf, words);
      return this;
    }

    Planted set(X86Feature feature) {
      int[] words = words(feature.leaf(), feature.subleaf());
      int register = Arrays.asList(Register.values()).indexOf(feature.register());
      words[register] |= 1 << feature.bit();
      return this;
    }

    int[] words(int leaf, int subleaf) {
      return Objects.requireNonNull(
          leaves.get((long) leaf << 32 | subleaf), () -> leaf + ", " + subleaf + " was asked for");
    }

    @Override
    public int[] cpuid(int leaf, int subleaf) {
      return words(leaf, subleaf).clone();
    }

    @Override
    public long xcr0() {
      askedForXcr0 = true;
      return xcr0;
    }
  }

  @ParameterizedTest
  @EnumSource(value = X86Feature.class, mode = EnumSource.Mode.EXCLUDE, names = "AVX10_2")
  void each_feature_is_found_by_its_bit_alone(X86Feature feature) {
    Set<X86Feature> found = features(new Planted(ALL_STATE).set(feature));
    assertThat(found).containsOnly(feature, X86Feature.OSXSAVE);
  }

  @Test
  void no_two_features_are_the_same_bit() {
    Set<List<Integer>> places = new HashSet<>();
    for (X86Feature feature : X86Feature.values()) {
      int register = Arrays.asList(Register.values()).indexOf(feature.register());
      assertThat(places.add(List.of(feature.leaf(), feature.subleaf(), register, feature.bit())))
          .as(feature.name())
          .isTrue();
    }
  }

  @Test
  void what_the_system_does_not_save_is_absent() {
    Planted cpu = new Planted(UP_TO_AVX);
    Stream.of(X86Feature.values()).filter(each -> each != X86Feature.AVX10_2).forEach(cpu::set);
    Set<X86Feature> found = features(cpu);
    assertThat(found)
        .contains(X86Feature.AVX, X86Feature.AVX2, X86Feature.FMA, X86Feature.VAES)
        .doesNotContain(X86Feature.AVX512F, X86Feature.AVX512_BF16, X86Feature.AVX10_1)
        .doesNotContain(X86Feature.AMX_TILE, X86Feature.APX_F);
    assertThat(found)
        .allSatisfy(each -> assertThat(each.state().isIn(UP_TO_AVX)).isTrue())
        .hasSizeGreaterThan(80);
  }

  @Test
  void without_osxsave_the_cpu_is_not_asked_what_is_saved_and_nothing_is() {
    Planted cpu = new Planted(ALL_STATE).set(X86Feature.AVX).set(X86Feature.SSE4_2);
    cpu.words(1, 0)[2] &= ~OSXSAVE;
    assertThat(features(cpu)).containsOnly(X86Feature.SSE4_2);
    assertThat(cpu.askedForXcr0).isFalse();
  }

  @Test
  void leaves_that_the_cpu_does_not_have_are_not_asked_for() {
    Planted cpu = new Planted(ALL_STATE).set(X86Feature.LZCNT);
    cpu.leaves.keySet().removeIf(key -> key >= 7L << 32 || key < 0);
    cpu.plant(0, 0, 4, 0, 0, 0).plant(0x80000000, 0, 0, 0, 0, 0);
    assertThat(features(cpu)).containsOnly(X86Feature.OSXSAVE);
    assertThat(new X86Identification(cpu).model().brand()).isEmpty();
  }

  @Test
  void subleaves_that_the_cpu_does_not_have_are_not_asked_for() {
    Planted cpu = new Planted(ALL_STATE).plant(7, 0, 0, 0, 0, 0).plant(0x1e, 0, 0, 0, 0, 0);
    cpu.leaves.remove(7L << 32 | 1);
    cpu.leaves.remove(0x1eL << 32 | 1);
    assertThat(features(cpu)).containsOnly(X86Feature.OSXSAVE);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, true", "3, true"})
  void the_second_version_of_avx10_is_a_number(int version, boolean isThere) {
    Planted cpu = new Planted(ALL_STATE).set(X86Feature.AVX10_1).plant(0x24, 0, 0, version, 0, 0);
    assertThat(features(cpu).contains(X86Feature.AVX10_2)).isEqualTo(isThere);
  }

  @ParameterizedTest
  @CsvSource({
    "0x000806c1, 6, 0x8c, 1", // Tiger Lake
    "0x00a20f10, 0x19, 0x21, 0", // Zen 3
    "0x00000f4a, 0xf, 4, 0xa", // Prescott
    "0x00000543, 5, 4, 3" // Pentium MMX: no extended model
  })
  void family_and_model_are_put_together(String eax, String family, String model, String stepping) {
    Planted cpu = new Planted(ALL_STATE).plant(1, 0, Integer.decode(eax), 0, 0, 0);
    CpuModel found = new X86Identification(cpu).model();
    assertThat(found.family()).isEqualTo(Integer.decode(family));
    assertThat(found.model()).isEqualTo(Integer.decode(model));
    assertThat(found.stepping()).isEqualTo(Integer.decode(stepping));
    assertThat(found.vendor()).isEqualTo("GenuineIntel");
  }

  @Test
  void the_brand_is_without_padding() {
    Planted cpu = new Planted(ALL_STATE);
    cpu.plant(0x80000002, 0, 0x20202020, 0x756f5941, 0x43202072, 0x00005550);
    CpuModel found = new X86Identification(cpu).model();
    assertThat(found.brand()).isEqualTo("AYour CPU");
    assertThat(found).hasToString("AYour CPU, GenuineIntel family 0 model 0 stepping 0");
  }

  /** The C compiler's header knows fewer, and some by other names. */
  @Test
  void bits_are_what_the_c_compiler_says() throws IOException {
    Optional<Path> header = header();
    assumeTrue(header.isPresent(), "no cpuid.h of gcc is installed");
    Map<String, Integer> theirs = new HashMap<>();
    Matcher macro =
        Pattern.compile("#define bit_(\\w+)\\s+\\(1u? ?<< ?(\\d+)\\)")
            .matcher(Files.readString(header.get()));
    while (macro.find()) {
      theirs.put(macro.group(1).replace("_", ""), Integer.decode(macro.group(2)));
    }
    Map<String, String> otherNames =
        Map.of(
            "PCLMULQDQ",
            "PCLMUL",
            "BMI1",
            "BMI",
            "RDRAND",
            "RDRND",
            "CETSS",
            "SHSTK",
            "CETIBT",
            "IBT",
            "FXSR",
            "FXSAVE",
            "PREFETCHW",
            "PRFCHW",
            "MONITORX",
            "MWAITX",
            "AVX101",
            "AVX10",
            "SSE4A",
            "SSE4a");
    int compared = 0;
    for (X86Feature feature : X86Feature.values()) {
      String name = feature.name().replace("_", "");
      Integer bit = theirs.get(otherNames.getOrDefault(name, name));
      if (bit != null) {
        assertThat(feature.bit()).as(feature.name()).isEqualTo(bit);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(75);
  }

  private static Optional<Path> header() throws IOException {
    Path directory = Path.of("/usr/lib/gcc/x86_64-linux-gnu");
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(directory)) {
      return versions
          .map(version -> version.resolve("include/cpuid.h"))
          .filter(Files::exists)
          .findFirst();
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
  }

  private static Set<X86Feature> features(Planted cpu) {
    return new X86Identification(cpu).features();
  }
}
