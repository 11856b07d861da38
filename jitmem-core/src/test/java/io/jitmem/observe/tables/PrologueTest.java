package io.jitmem.observe.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prologues as gcc makes them, and near misses. */
class PrologueTest {
  @ParameterizedTest
  @CsvSource({
    "X86_64, 554889e55dc3, 410e108602430d06",
    "X86_64, 55488bec5dc3, 410e108602430d06",
    "X86_64, f30f1efa554889e55dc3, 450e108602430d06",
    "AARCH64, fd7bbfa9fd030091c0035fd6, 410e109d029e01410d1d",
    "AARCH64, 5f2403d5fd7bbda9fd030091, 420e309d069e05410d1d",
    "RISCV64, 130101ff233411002330810013040101, 440e10448101448802440c0800",
    "RISCV64, 130101fd2334110223308102130401032a84, 440e30448101448802440c0800"
  })
  void a_frame_is_followed_instruction_by_instruction(
      Architecture architecture, String code, String frames) {
    byte[] found = frames(architecture, code);
    assertThat(found == null ? "" : HexFormat.of().formatHex(found)).isEqualTo(frames);
  }

  @ParameterizedTest
  @CsvSource({
    "X86_64, 8d0437c3",
    "X86_64, 554889",
    "X86_64, 53554889e5",
    "X86_64, f30f1efa",
    "AARCH64, fd7bbfa9",
    "AARCH64, fd7b81a9fd030091",
    "AARCH64, 3f2303d5fd7bbfa9fd030091",
    "RISCV64, 130101012334110023308100130401ff",
    "RISCV64, 411106e422e0000800000000"
  })
  void other_beginnings_are_not_taken_for_a_frame(Architecture architecture, String code) {
    assertThat(frames(architecture, code)).isNull();
  }

  private static byte @Nullable [] frames(Architecture architecture, String code) {
    return Prologue.frames(architecture, MemorySegment.ofArray(HexFormat.of().parseHex(code)));
  }
}
