package io.jitmem.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.elf.Elf;
import io.jitmem.elf.ElfFileBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where symbols lie that point past the end of their section, which has six bytes here. */
class ElfTranslatorTest {
  private static final int LOCAL = Elf.STB_LOCAL << 4 | Elf.STT_NOTYPE;

  @ParameterizedTest
  @CsvSource({"0, 0, -4", "6, 6, -4", "7, 6, -3", "4096, 6, 4086"})
  void an_anchor_is_put_at_the_end_and_what_refers_to_it_counts_from_there(
      long value, long offset, long addend) {
    MachineCode code = MachineCode.fromElf(callOf(LOCAL, value));
    Relocation relocation = code.relocations().getFirst();
    assertThat(relocation.symbol().definition())
        .isEqualTo(new Symbol.InSection(code.sections().getFirst(), offset));
    assertThat(relocation.addend()).isEqualTo(addend);
  }

  @Test
  void what_is_no_anchor_is_damaged_there() {
    int function = Elf.STB_LOCAL << 4 | Elf.STT_FUNC;
    int global = Elf.STB_GLOBAL << 4 | Elf.STT_NOTYPE;
    for (byte[] file :
        new byte[][] {
          callOf(function, 7),
          callOf(global, 7),
          callOf(LOCAL, Section.MAX_BYTE_SIZE + 1L),
          callOf(LOCAL, -1)
        }) {
      assertThatExceptionOfType(ObjectFileException.class)
          .isThrownBy(() -> MachineCode.fromElf(file))
          .withMessageContaining("which has 6 bytes");
    }
  }

  /** A call of a symbol with this type and binding in the section of the call itself. */
  private static byte[] callOf(int info, long value) {
    int local = info >>> 4 == Elf.STB_LOCAL ? 2 : 1;
    byte[] symbols = ElfFileBuilder.symbols(new int[] {1, info, 1});
    ByteBuffer.wrap(symbols).order(ByteOrder.LITTLE_ENDIAN).putLong(24 + 8, value);
    byte[] call = new byte[24];
    ByteBuffer.wrap(call)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, 1)
        .putLong(8, 1L << 32 | 4)
        .putLong(16, -4);
    return new ElfFileBuilder()
        .text((byte) 0xe8, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0xc3)
        .section(".symtab", Elf.SHT_SYMTAB, symbols, 3, local, 24)
        .section(".strtab", Elf.SHT_STRTAB, "\0at\0".getBytes(StandardCharsets.UTF_8), 0, 0, 0)
        .section(".rela.text", Elf.SHT_RELA, call, 2, 1, 24)
        .build();
  }
}
