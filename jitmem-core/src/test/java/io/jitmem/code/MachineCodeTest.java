package io.jitmem.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MachineCodeTest {
  @Test
  void keeps_its_bytes_whatever_becomes_of_the_array() {
    byte[] bytes = {1, 2, 3};
    MachineCode code = MachineCode.of(bytes);
    bytes[0] = 9;
    assertThat(code.plainBytes().orElseThrow().toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(1, 2, 3);
    assertThat(code.plainBytes().orElseThrow().isReadOnly()).isTrue();
    assertThat(code.byteSize()).isEqualTo(3);
    assertThat(MachineCode.of(MemorySegment.ofArray(bytes)).byteSize()).isEqualTo(3);
  }

  @Test
  void has_at_least_one_byte() {
    assertThatIllegalArgumentException().isThrownBy(() -> MachineCode.of(new byte[0]));
  }

  @Test
  void shows_how_it_starts() {
    assertThat(MachineCode.of(new byte[] {(byte) 0xc3})).hasToString("MachineCode[1 bytes: c3]");
    assertThat(MachineCode.of(new byte[17]).toString())
        .startsWith("MachineCode[17 bytes: 00")
        .endsWith(" ...]");
  }
}
