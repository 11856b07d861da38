package io.jitmem.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Protection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtectionBoundTest {
  private static final ProtectionBound PROT_MAX = new ProtectionBound("PROT_MAX", 16);

  @ParameterizedTest
  @CsvSource({
    "0x70003, PROT_READ|PROT_WRITE|PROT_MAX(PROT_READ|PROT_WRITE|PROT_EXEC)",
    "0x50005, PROT_READ|PROT_EXEC|PROT_MAX(PROT_READ|PROT_EXEC)",
    "0x70000, PROT_NONE|PROT_MAX(PROT_READ|PROT_WRITE|PROT_EXEC)",
    "0x3, PROT_READ|PROT_WRITE",
    "0x11, PROT_READ|0x10",
  })
  void is_told_as_c_source_has_it(String prot, String text) {
    assertThat(PROT_MAX.text(Integer.decode(prot))).isEqualTo(text);
  }

  @Test
  void says_what_a_mapping_may_become() {
    Access written = Access.upTo(Protection.RW, Protection.RX);
    assertThat(written.now() | PROT_MAX.bits(written.atMost())).isEqualTo(0x50003);
    Access fixed = Access.fixed(Posix.PROT_READ);
    assertThat(fixed.now() | PROT_MAX.bits(fixed.atMost())).isEqualTo(0x10001);
    Access open = Access.open(Posix.PROT_NONE);
    assertThat(open.now() | PROT_MAX.bits(open.atMost())).isEqualTo(0x70000);
  }

  /** On a system without a bound the same bits may mean something else, as PROT_BTI does. */
  @Test
  void adds_and_tells_nothing_where_there_is_none() {
    assertThat(ProtectionBound.NONE.bits(7)).isZero();
    assertThat(ProtectionBound.NONE.text(0x70003)).isEqualTo("PROT_READ|PROT_WRITE|0x70000");
  }
}
