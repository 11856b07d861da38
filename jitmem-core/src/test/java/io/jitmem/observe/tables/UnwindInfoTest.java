package io.jitmem.observe.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnwindInfoTest {
  /** As an assembler makes it of .pushreg rbp and .setframe rbp, 0. */
  @ParameterizedTest
  @CsvSource({
    "55 48 89 e5, 01 04 02 05 04 03 01 50",
    "55 48 8b ec, 01 04 02 05 04 03 01 50",
    "f3 0f 1e fa 55 48 89 e5, 01 08 02 05 08 03 05 50",
    "f3 0f 1e fa 55 48 8b ec, 01 08 02 05 08 03 05 50",
  })
  void tells_where_each_instruction_of_the_beginning_ends(String code, String info) {
    assertThat(of(Architecture.X86_64, code).map(UnwindInfo::toArray)).hasValue(bytes(info));
  }

  @ParameterizedTest
  @CsvSource({"55 48 89", "c3", "90 55 48 89 e5", "f3 0f 1e fa 90"})
  void says_nothing_of_other_functions(String code) {
    assertThat(of(Architecture.X86_64, code)).isEmpty();
  }

  @Test
  void says_nothing_of_other_cpus() {
    assertThat(of(Architecture.AARCH64, "55 48 89 e5")).isEmpty();
  }

  private static Optional<UnwindInfo> of(Architecture architecture, String code) {
    return UnwindInfo.of(architecture, MemorySegment.ofArray(bytes(code)));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }
}
