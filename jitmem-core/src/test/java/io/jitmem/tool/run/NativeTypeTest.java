package io.jitmem.tool.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.tool.command.UsageException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NativeTypeTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void freeStrings() {
    arena.close();
  }

  @ParameterizedTest
  @CsvSource({
    "BYTE,127,127",
    "BYTE,-128,-128",
    "BYTE,0xff,-1",
    "BYTE,-0x80,-128",
    "SHORT,0x8000,-32768",
    "SHORT,-32768,-32768",
    "INT,0xffffffff,-1",
    "INT,2147483647,2147483647",
    "INT,+5,5",
    "INT,007,7",
    "INT,0Xaf,175",
    "LONG,-9223372036854775808,-9223372036854775808",
    "LONG,0xffffffffffffffff,-1",
    "CHAR,A,A",
    "CHAR,7,7",
    "CHAR,65,A",
    "CHAR,0x41,A",
    "CHAR,\\u0041,A",
    "CHAR,65535,\\uffff",
    "CHAR,0xa,\\u000a",
    "CHAR,0xd800,\\ud800",
    "CHAR,é,é",
    "FLOAT,1.5,1.5",
    "FLOAT,-Infinity,-Infinity",
    "FLOAT,1e38,1.0E38",
    "DOUBLE,NaN,NaN",
    "DOUBLE,0x1p-2,0.25",
    "DOUBLE,-.5,-0.5",
    "DOUBLE,1e-400,0.0",
    "PTR,NULL,0x0",
    "PTR,4096,0x1000",
    "PTR,0xffffffffffffffff,0xffffffffffffffff",
    "PTR,18446744073709551615,0xffffffffffffffff",
  })
  void values_are_read_and_printed(NativeType type, String text, String printed) {
    assertThat(type.format(type.parse(text, arena), StandardCharsets.UTF_8)).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "BYTE|128|'128' is not in the range -128..127 or, in hex, up to 0xff",
        "BYTE|-129|'-129' is not in the range -128..127 or, in hex, up to 0xff",
        "BYTE|0x100|'0x100' is not in the range -128..127 or, in hex, up to 0xff",
        "BYTE|-0x81|'-0x81' is not in the range -128..127 or, in hex, up to 0xff",
        "SHORT|32768|'32768' is not in the range -32768..32767 or, in hex, up to 0xffff",
        "INT|99999999999999999999|'99999999999999999999' is not in the range -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "INT|1.5|'1.5' is not a whole number -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "INT|--5|'--5' is not a whole number -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "INT|``|'' is not a whole number -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "INT|0x|'0x' is not a whole number -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "INT|٣|'٣' is not a whole number -2147483648..2147483647 or, in hex, up to 0xffffffff",
        "CHAR|65536|'65536' is neither one character nor a number 0..65535 or, in hex, up to 0xffff",
        "CHAR|ab|'ab' is neither one character nor a number 0..65535 or, in hex, up to 0xffff",
        "CHAR|``|'' is neither one character nor a number 0..65535 or, in hex, up to 0xffff",
        "FLOAT|1e39|'1e39' is not in the range -3.4028235E38..3.4028235E38",
        "DOUBLE|1e400|'1e400' is not in the range -1.7976931348623157E308..1.7976931348623157E308",
        "DOUBLE|1,5|'1,5' is not a number as Java writes it, such as 1.5, -2e10, NaN or -Infinity",
        "PTR|null|'null' is neither NULL nor a string in double quotes nor an address 0..18446744073709551615 or, in hex, up to 0xffffffffffffffff",
        "PTR|-1|'-1' is neither NULL nor a string in double quotes nor an address 0..18446744073709551615 or, in hex, up to 0xffffffffffffffff",
      })
  void anything_else_is_refused_with_the_range(NativeType type, String text, String message) {
    assertThatThrownBy(() -> type.parse(text, arena))
        .isInstanceOf(UsageException.class)
        .hasMessage(message);
  }

  @Test
  void a_string_is_passed_as_a_pointer_to_bytes_that_end_in_nul() {
    MemorySegment string = (MemorySegment) NativeType.PTR.parse("\"né\\0\\xff\"", arena);
    assertThat(string.toArray(ValueLayout.JAVA_BYTE)).containsExactly('n', 0xc3, 0xa9, 0, 0xff, 0);
    assertThat(string.isReadOnly()).isFalse();
  }

  @Test
  void a_character_that_the_output_cannot_encode_is_printed_as_its_number() {
    assertThat(NativeType.CHAR.format('é', StandardCharsets.US_ASCII)).isEqualTo("\\u00e9");
  }

  @ParameterizedTest
  @EnumSource
  void every_type_is_found_by_its_name(NativeType type) {
    assertThat(NativeType.named(type.toString())).isSameAs(type);
  }
}
