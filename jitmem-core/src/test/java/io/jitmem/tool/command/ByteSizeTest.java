package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0,0 bytes",
    "512,512 bytes",
    "4096,4 KiB",
    "65537,65537 bytes",
    "2097152,2 MiB",
    "1073741824,1 GiB",
    "1125899906842624,1024 TiB"
  })
  void a_size_has_the_greatest_unit_that_divides_it(long bytes, String text) {
    assertThat(ByteSize.of(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 bytes",
    "1023,1023 bytes",
    "1024,1.0 KiB",
    "65537,64.0 KiB",
    "524288,512 KiB",
    "1610612736,1.5 GiB",
    "1125899906842624,1024 TiB"
  })
  void a_rounded_size_has_the_greatest_unit_of_which_there_is_one(double bytes, String text) {
    assertThat(ByteSize.rounded(bytes)).isEqualTo(text);
  }
}
