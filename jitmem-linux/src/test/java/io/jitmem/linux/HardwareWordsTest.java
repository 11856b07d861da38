package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.cpu.AArch64Feature;
import io.jitmem.cpu.RiscvFeature;
import io.jitmem.virtmem.VirtMem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HardwareWordsTest {
  private static final Path AARCH64_HEADER = Path.of("/usr/aarch64-linux-gnu/include/asm/hwcap.h");

  @Test
  void a_word_is_read_bit_by_bit() {
    assertThat(names(AArch64Words.HWCAP, 0)).isEmpty();
    assertThat(names(AArch64Words.HWCAP, 1 << 8 | 1 << 1 | 1 << 2))
        .containsExactlyInAnyOrder("LSE", "ASIMD");
    assertThat(names(AArch64Words.HWCAP2, 1L << 63 | 0x20000))
        .containsExactlyInAnyOrder("POE", "BTI");
    assertThat(names(AArch64Words.HWCAP3, -1)).contains("LSFE");
    assertThat(names(RiscvWords.HWCAP, 0x112d))
        .containsExactlyInAnyOrder("A", "C", "D", "F", "I", "M");
    assertThat(names(RiscvWords.IMA_EXT_0, 1)).containsExactlyInAnyOrder("F", "D");
    assertThat(names(RiscvWords.IMA_EXT_0, 1L << 63)).containsExactly("ZICFILP");
  }

  @Test
  void every_word_has_its_bits() {
    assertThat(AArch64Words.HWCAP.bits()).hasSize(48);
    assertThat(AArch64Words.HWCAP2.bits()).hasSize(64);
    assertThat(RiscvWords.HWCAP.bits()).hasSize('V' - 'A' + 1);
    assertThat(RiscvWords.IMA_EXT_0.bits()).hasSize(64);
  }

  @Test
  void the_names_are_those_of_the_features_and_none_is_forgotten() {
    assertThat(all(AArch64Words.HWCAP, AArch64Words.HWCAP2, AArch64Words.HWCAP3))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(AArch64Feature.values()).map(Enum::name).toList());
    assertThat(all(RiscvWords.HWCAP, RiscvWords.IMA_EXT_0, RiscvWords.IMA_EXT_1))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(RiscvFeature.values()).map(Enum::name).toList());
  }

  /** An older header has fewer bits than the tables. */
  @Test
  void the_bits_of_aarch64_are_what_the_header_says() throws IOException {
    assumeTrue(
        Files.exists(AARCH64_HEADER),
        AARCH64_HEADER + " is not installed (linux-libc-dev-arm64-cross)");
    Matcher macro =
        Pattern.compile("#define HWCAP(2?)_(\\w+)\\s+\\(1(?:UL)? << (\\d+)\\)")
            .matcher(Files.readString(AARCH64_HEADER));
    int compared = 0;
    while (macro.find()) {
      BitNames table = macro.group(1).isEmpty() ? AArch64Words.HWCAP : AArch64Words.HWCAP2;
      int bit = Integer.parseInt(macro.group(3));
      assertThat(table.bits().get(bit).header()).isEqualTo(macro.group(2));
      compared++;
    }
    assertThat(compared).isGreaterThan(50);
  }

  @Test
  void this_system_is_asked_without_harm() {
    VirtMem system = new LinuxProvider().open();
    boolean isX86 = System.getProperty("os.arch").equals("amd64");
    assertThat(system.cpuFeatures().isEmpty()).isEqualTo(isX86);
  }

  private static Set<String> names(BitNames table, long word) {
    Set<String> names = new HashSet<>();
    table.addTo(names, word);
    return names;
  }

  private static Set<String> all(BitNames... tables) {
    Set<String> names = new HashSet<>();
    List.of(tables).forEach(table -> table.addTo(names, -1));
    return names;
  }
}
