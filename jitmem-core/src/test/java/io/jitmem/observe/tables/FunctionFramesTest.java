package io.jitmem.observe.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes as the Linux Standard Base and perf's {@code genelf.c} have them. */
class FunctionFramesTest {
  private static final long CODE = 0x7000_0000_0000L;
  private static final int CODE_BYTES = 256;

  /** Version 1, 1, -8, register 16, absolute addresses; CFA and return address; two no-ops. */
  private static final String CIE =
      "14000000" + "00000000" + "01" + "7a5200" + "017810" + "01" + "00" + "0c070890010000";

  private static final String OWN_CIE =
      "14000000" + "00000000" + "01" + "7a5200" + "017810" + "01" + "1b" + "0c070890010000";

  @Test
  void a_function_has_its_record_with_distances_from_where_it_is_to_be() {
    // Two functions, the second first; each with instructions of its own.
    String second = fde(28, CODE + 64, 40, "0e10");
    String first = fde(28 + 32, CODE, 16, "0e20");
    FunctionFrames frames = frames(CIE + second + first + "00000000");

    FunctionFrames.Tables tables = frames.of(new CodeRange(CODE + 64, 40), 40).orElseThrow();

    assertThat(hex(tables))
        .isEqualTo(
            OWN_CIE
                + "14000000"
                + "1c000000" // at 24: its CIE is 28 bytes before this field
                + "b8ffffff"
                + "28000000" // 40 + 32 bytes before this field
                + "00"
                + "0e10"
                + "00".repeat(5)
                + "00000000"
                + "011b033b"
                + "c8ffffff" // 52 + 4
                + "01000000"
                + "a4ffffff" // 40 + 52
                + "e4ffffff"); // 52 - 24
    assertThat(tables.headerByteSize()).isEqualTo(20);
    assertThat(frames.of(new CodeRange(CODE + 16, 16), 16)).isEmpty();
  }

  @Test
  void a_function_of_several_records_has_a_table_by_address() {
    String cold = fde(28, CODE + 32, 8, "0e10");
    String hot = fde(28 + 32, CODE, 32, "0e20");
    FunctionFrames frames = frames(CIE + cold + hot + "00000000");

    FunctionFrames.Tables tables = frames.of(new CodeRange(CODE, 40), 40).orElseThrow();

    assertThat(tables.headerByteSize()).isEqualTo(28);
    MemorySegment bytes = tables.bytes();
    long header = bytes.byteSize() - 28;
    assertThat(header).isEqualTo(24 + 24 + 24 + 4);
    assertThat(u32(bytes, header + 8)).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      int start = u32(bytes, header + 12 + 8L * i);
      long record = header + u32(bytes, header + 16 + 8L * i);
      assertThat(start + header + 40).isEqualTo(32L * i);
      assertThat(u32(bytes, record + 8) + record + 8 + 40).isEqualTo(32L * i);
    }
  }

  @Test
  void what_refers_to_data_is_left_out_and_the_rest_stays() {
    // Version 3; "zPLRS", so a personality of 8 bytes and tables of 8 bytes.
    String common =
        "24000000"
            + "00000000"
            + "03"
            + "7a504c525300"
            + "017810"
            + "0b"
            + "00"
            + "8877665544332211"
            + "00"
            + "00"
            + "0c07089001"
            + "00".repeat(5);
    String function =
        "24000000"
            + "2c000000"
            + u64(CODE)
            + u64(16)
            + "08"
            + "1122334455667788"
            + "0e20"
            + "00".repeat(5);
    FunctionFrames frames = frames(common + function + "00000000");

    FunctionFrames.Tables tables = frames.of(new CodeRange(CODE, 16), 16).orElseThrow();

    assertThat(hex(tables))
        .startsWith(
            "1c000000"
                + "00000000"
                + "03"
                + "7a525300"
                + "017810"
                + "01"
                + "1b"
                + "0c07089001"
                + "00")
        .contains("000e20")
        .doesNotContain("8877665544332211", "1122334455667788");
  }

  @Test
  void a_function_without_code_says_nothing_and_harms_nothing() {
    String empty = fde(28, CODE + CODE_BYTES, 0, "0e10");
    String full = fde(28 + 32, CODE, CODE_BYTES, "0e20");
    FunctionFrames frames = frames(CIE + empty + full + "00000000");

    assertThat(frames.of(new CodeRange(CODE, CODE_BYTES), CODE_BYTES)).isPresent();
    assertThatThrownBy(() -> frames(CIE + fde(28, CODE + CODE_BYTES, 1, "0e10") + "00000000"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> frames(CIE + fde(28, CODE - 1, 0, "0e10") + "00000000"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void augmentation_data_that_leaves_its_record_is_refused() {
    String function = fde(28, CODE, 16, "0e20").replace("00" + "0e20", "7f" + "0e20");
    assertThatThrownBy(() -> frames(CIE + function + "00000000"))
        .hasMessageContaining("the augmentation of a function leaves it");
  }

  /** Absolute addresses, no augmentation data, padded to 32 bytes. */
  private static String fde(int back, long address, long byteSize, String instructions) {
    String start = "1c000000" + "%02x000000".formatted(back) + u64(address) + u64(byteSize);
    String all = start + "00" + instructions;
    return all + "00".repeat(32 - all.length() / 2);
  }

  private static String hex(FunctionFrames.Tables tables) {
    return HexFormat.of().formatHex(tables.bytes().toArray(ValueLayout.JAVA_BYTE));
  }

  private static String u64(long value) {
    return HexFormat.of().toHexDigits(Long.reverseBytes(value));
  }

  private static int u32(MemorySegment bytes, long at) {
    return bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at);
  }

  private static FunctionFrames frames(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment where = arena.allocate(bytes.length, 8);
      where.copyFrom(MemorySegment.ofArray(bytes));
      CodeDescription description =
          new CodeDescription(
              "f", List.of(), List.of(), Optional.of(new CodeRange(where.address(), bytes.length)));
      PublishedCode code =
          new PublishedCode(
              new CodeRange(CODE, CODE_BYTES),
              MemorySegment.ofArray(new byte[CODE_BYTES]),
              Architecture.X86_64,
              description);
      return FunctionFrames.of(code).orElseThrow();
    }
  }
}
