package io.jitmem.link;

import static io.jitmem.link.Linked.CODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.code.AArch64Relocation;
import io.jitmem.code.RelocationKind;
import io.jitmem.code.RiscVRelocation;
import io.jitmem.code.X86_64Relocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a disassembler that is not ours reads out of what was encoded, where it is installed. */
class DisassembledTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "PLT32, e800000000, 1, 1024, call 0x400000000400",
    "PC32, 0f8400000000, 2, -1024, je 0x3ffffffffc00",
    "REX_GOTPCRELX, 488b0500000000, 3, 2048, lea 0x7f9(%rip),%rax # 400000000800",
    "GOTPCRELX, ff1500000000, 2, 1024, addr32 call 0x400000000400",
    "GOTPCRELX, ff2500000000, 2, 1024, jmp 0x400000000400",
    "GOTPCREL, 488b0500000000, 3, 1099511627776, mov 0x1(%rip),%rax # 400000000008",
  })
  void x86_64(X86_64Relocation kind, String before, int offset, long distance, String expected)
      throws Exception {
    assertReads("objdump", "i386:x86-64", encoded(kind, before, offset, distance, -4), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "CALL26, 00000094, 134217724, bl 0x400007fffffc",
    "CALL26, 00000094, 1099511627776, bl 0x400000000008",
    "JUMP26, 00000014, -134217728, b 0x3ffff8000000",
    "CONDBR19, 01000054, -1048576, b.ne 0x3ffffff00000",
    "TSTBR14, 07001836, 32764, 'tbz w7, #3, 0x400000007ffc'",
    "ADR_PREL_LO21, 09000010, 1048575, 'adr x9, 0x4000000fffff'",
    "ADR_PREL_PG_HI21, 09000090, 4294963200, 'adrp x9, 0x4000fffff000'",
    "ADR_PREL_PG_HI21, 09000090, -4294967296, 'adrp x9, 0x3fff00000000'",
    "LD_PREL_LO19, 05000058, 1048572, 'ldr x5, 0x4000000ffffc'",
    "ADD_ABS_LO12_NC, 41000091, 291, 'add x1, x2, #0x123'",
    "LDST8_ABS_LO12_NC, 41004039, 4095, 'ldrb w1, [x2, #4095]'",
    "LDST16_ABS_LO12_NC, 41004079, 4094, 'ldrh w1, [x2, #4094]'",
    "LDST32_ABS_LO12_NC, 410040b9, 4092, 'ldr w1, [x2, #4092]'",
    "LDST64_ABS_LO12_NC, 410000f9, 4088, 'str x1, [x2, #4088]'",
    "LDST128_ABS_LO12_NC, 4100c03d, 4080, 'ldr q1, [x2, #4080]'",
    "MOVW_UABS_G2_NC, 0300c0f2, 0, 'movk x3, #0x4000, lsl #32'",
    "ADR_GOT_PAGE, 00000090, 1099511627776, 'adrp x0, 0x400000000000'",
    "LD64_GOT_LO12_NC, 000040f9, 1099511627776, 'ldr x0, [x0, #8]'",
  })
  void aarch64(AArch64Relocation kind, String before, long distance, String expected)
      throws Exception {
    assertReads(
        "aarch64-linux-gnu-objdump", "aarch64", encoded(kind, before, 0, distance, 0), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "BRANCH, 6310b500, -4096, 'bne a0,a1,0x3ffffffff000'",
    "JAL, ef000000, 1048574, jal 0x4000000ffffe",
    "RVC_BRANCH, 01e1, 254, 'bnez a0,0x4000000000fe'",
    "RVC_JUMP, 01a0, -2048, j 0x3ffffffff800",
    "CALL_PLT, 97000000e7800000, 2147481599, jalr 2047(ra) # 0x40007ffff7ff",
    "CALL_PLT, 97000000e7800000, 305419896, jalr 1656(ra) # 0x400012345678",
    "CALL_PLT, 97000000e7800000, 1099511627776, jalr 8(ra) # 0x400000000008",
    "HI20, 37050000, -70368744177664, 'lui a0,0x0'",
  })
  void riscv64(RiscVRelocation kind, String before, long distance, String expected)
      throws Exception {
    assertReads(
        "riscv64-linux-gnu-objdump", "riscv:rv64", encoded(kind, before, 0, distance, 0), expected);
  }

  private static byte[] encoded(
      RelocationKind kind, String before, int offset, long distance, long addend) {
    return Linked.hex(Linked.relocate(before, offset, kind, CODE + distance, addend));
  }

  private void assertReads(String tool, String machine, byte[] code, String expected)
      throws Exception {
    assumeTrue(isInstalled(tool), tool + " is not installed: it is in Debian's binutils packages");
    Path file = Files.write(directory.resolve("code"), code);
    List<String> command =
        new ArrayList<>(List.of(tool, "-D", "-b", "binary", "-m", machine, "-z"));
    command.addAll(List.of("--adjust-vma=0x" + Long.toHexString(CODE), file.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    assertThat(text.replaceAll("[ \t]+", " ")).contains(" " + expected);
  }

  private static boolean isInstalled(String tool) throws IOException {
    String path = System.getenv().getOrDefault("PATH", "");
    try (Stream<String> folders = Stream.of(path.split(":"))) {
      return folders.anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
  }
}
