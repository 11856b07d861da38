package io.jitmem.observe.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCheckTest {
  private static final long CODE = 0x7000_0000_0000L;
  private static final byte[] FUNCTION = HexFormat.of().parseHex("554889e55dc3");
  private static final PublishedCode PUBLISHED =
      new PublishedCode(
          new CodeRange(CODE, FUNCTION.length),
          MemorySegment.ofArray(FUNCTION),
          Architecture.X86_64,
          CodeDescription.of("f"));

  private final byte[] made = FrameMaker.make(PUBLISHED);

  @Test
  void what_is_made_is_right() {
    assertThat(check(made)).isTrue();
  }

  @Test
  void distances_are_from_where_they_stand() {
    // A CIE "zR" with DW_EH_PE_pcrel and DW_EH_PE_sdata4; a function of 6 bytes, 32 bytes before.
    byte[] relative =
        HexFormat.of()
            .parseHex(
                "14000000"
                    + "00000000"
                    + "01"
                    + "7a5200"
                    + "01"
                    + "78"
                    + "10"
                    + "01"
                    + "1b"
                    + "00000000000000"
                    + "10000000"
                    + "1c000000"
                    + "e0ffffff"
                    + "06000000"
                    + "00000000"
                    + "00000000");
    assertThat(new FrameCheck(CODE, relative, PUBLISHED).run()).hasSize(1);
    assertThatThrownBy(() -> new FrameCheck(CODE + 0x20, relative, PUBLISHED).run())
        .hasMessageContaining("is not in 0x700000000000+6");
  }

  @Test
  void a_section_of_nothing_but_its_end_has_no_functions() {
    assertThat(check(new byte[4])).isFalse();
  }

  @Test
  void what_is_cut_is_refused() {
    for (int byteSize = 0; byteSize < made.length; byteSize++) {
      byte[] cut = Arrays.copyOf(made, byteSize);
      assertThatThrownBy(() -> check(cut)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void what_was_damaged_is_refused_or_still_about_the_code() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      byte[] damaged = made.clone();
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        check(damaged);
      } catch (IllegalArgumentException refused) {
        assertThat(refused).hasMessageContaining("the frames of 'f' cannot be used");
      }
    }
  }

  private static boolean check(byte[] frames) {
    return !new FrameCheck(1L << 32, frames, PUBLISHED).run().isEmpty();
  }
}
