package io.jitmem.tool.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.tool.command.UsageException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HexBytesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "8d0437c3",
        "8D 04 37 C3",
        "  8d\t04\n37,c3,",
        "0x8d, 0x04, 0x37, 0xc3",
        "0X8d 0437 c3",
        "\\x8d\\x04\\x37\\xc3",
        "0x8d0x040x370xc3",
        "8d,,04 , 37c3",
      })
  void the_usual_ways_to_write_bytes_are_read(String text) {
    assertThat(HexFormat.of().formatHex(HexBytes.parse(text))).isEqualTo("8d0437c3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "8g|'g' in '8g' at position 2 is not a hex digit",
        "g8|'g' at position 1 is not a hex digit",
        "8d;04|';' at position 3 is not a hex digit",
        "8d 0|the digit '0' at position 4 has no second one",
        "8 d|the digit '8' at position 1 has no second one",
        "0x8d 0x|the end at position 8 is not a hex digit",
        "0x 8d|' ' at position 3 is not a hex digit",
        "0x8d04|0x or \\x at position 1 stands before more than one byte",
        "c3 \\x8d04|0x or \\x at position 4 stands before more than one byte",
        "٣٣|'٣' at position 1 is not a hex digit",
        "``|there is no byte in ''",
        "` , `|there is no byte in ' , '",
      })
  void anything_else_is_refused_with_its_place(String text, String message) {
    assertThatThrownBy(() -> HexBytes.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message + "; accepted are bytes of two hex digits");
  }
}
