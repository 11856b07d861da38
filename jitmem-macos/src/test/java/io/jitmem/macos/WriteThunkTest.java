package io.jitmem.macos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What the words are; what they do is for {@code MacosWriteSwitchTest} in {@code jitmem-tests}. */
class WriteThunkTest {
  /** The source of the words, for an assembler to compare with. */
  private static final String SOURCE =
      """
          bti   c
          stp   x29, x30, [sp, #-64]!
          mov   x29, sp
          stp   x19, x20, [sp, #16]
          stp   x21, x22, [sp, #32]
          str   x23, [sp, #48]
          mov   x19, x0
          mov   x20, x1
          mov   x21, x2
          mov   x22, x3
          mov   x23, x4
          mov   w0, #0
          blr   x22
          mov   x0, x19
          mov   x2, x21
      1:  subs  x2, x2, #8
          b.lo  2f
          ldr   x3, [x20], #8
          str   x3, [x0], #8
          b     1b
      2:  adds  x2, x2, #8
          b.eq  4f
      3:  ldrb  w3, [x20], #1
          strb  w3, [x0], #1
          subs  x2, x2, #1
          b.ne  3b
      4:  mov   x0, x19
          mov   x1, x21
          blr   x23
          mov   w0, #1
          blr   x22
          ldr   x23, [sp, #48]
          ldp   x21, x22, [sp, #32]
          ldp   x19, x20, [sp, #16]
          ldp   x29, x30, [sp], #64
          ret
      """;

  @TempDir Path directory;

  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "amd64",
      disabledReason = "starts a cross assembler, which an emulated JVM cannot")
  void the_words_are_what_the_assembler_makes_of_the_source() throws Exception {
    Path assembler = Path.of("/usr/bin/aarch64-linux-gnu-as");
    assumeTrue(Files.isExecutable(assembler), "binutils-aarch64-linux-gnu is not installed");
    Path source = Files.writeString(directory.resolve("thunk.s"), SOURCE);
    Path object = directory.resolve("thunk.o");
    run(assembler.toString(), "-march=armv8.5-a", "-o", object.toString(), source.toString());
    Path binary = directory.resolve("thunk.bin");
    run("/usr/bin/aarch64-linux-gnu-objcopy", "-O", "binary", object.toString(), binary.toString());
    MemorySegment words = MemorySegment.ofArray(Files.readAllBytes(binary));
    assertThat(hex(WriteThunk.WORDS)).isEqualTo(hex(words.toArray(ValueLayout.JAVA_INT_UNALIGNED)));
  }

  /** Between its two calls of the switch, the code calls only what makes the caches agree. */
  @Test
  void the_switch_is_turned_first_and_turned_back_last() {
    int[] calls =
        Arrays.stream(WriteThunk.WORDS).filter(word -> (word & 0xfffffc1f) == 0xd63f0000).toArray();
    assertThat(calls).hasSize(3);
    assertThat(calls[0]).isEqualTo(calls[2]).isNotEqualTo(calls[1]);
    assertThat(Arrays.stream(WriteThunk.WORDS).filter(word -> word == 0xd65f03c0)).hasSize(1);
    assertThat(WriteThunk.WORDS[WriteThunk.WORDS.length - 1]).isEqualTo(0xd65f03c0);
  }

  private static String hex(int[] words) {
    return Arrays.stream(words).mapToObj(Integer::toHexString).collect(Collectors.joining(" "));
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
