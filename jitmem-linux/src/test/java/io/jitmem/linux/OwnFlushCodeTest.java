package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The cache maintenance of our own: what its words are, and what they do. */
class OwnFlushCodeTest {
  /** The sources of the words, for an assembler to compare with. */
  private static final String SOURCE =
      """
          mrs   x3, ctr_el0
          tbnz  w3, #28, 2f
          ubfx  w4, w3, #16, #4
          mov   w5, #4
          lsl   w5, w5, w4
          sub   x6, x5, #1
          bic   x6, x0, x6
      1:  dc    cvau, x6
          add   x6, x6, x5
          cmp   x6, x1
          b.lo  1b
      2:  dsb   ish
          tbnz  w3, #29, 4f
          and   w4, w3, #0xf
          mov   w5, #4
          lsl   w5, w5, w4
          sub   x6, x5, #1
          bic   x6, x0, x6
      3:  ic    ivau, x6
          add   x6, x6, x5
          cmp   x6, x1
          b.lo  3b
          dsb   ish
      4:  isb
          ret
      """;

  @TempDir Path directory;

  /** The real binder, on a system without libgcc_s. */
  private static final class WithoutLibgcc implements CodeBinder {
    private final LinuxLinker real = new LinuxLinker();

    @Override
    public Optional<MethodHandle> bind(NativeFunction function) {
      return function.symbol().equals("__clear_cache") ? Optional.empty() : real.bind(function);
    }

    @Override
    public MemorySegment segment(long address, long byteSize, Arena arena) {
      return real.segment(address, byteSize, arena);
    }

    @Override
    public MethodHandle code(long address, FunctionDescriptor descriptor) {
      return real.code(address, descriptor);
    }
  }

  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "amd64",
      disabledReason = "starts a cross assembler, which an emulated JVM cannot")
  void the_words_are_what_the_assembler_makes_of_the_source() throws Exception {
    Path assembler = Path.of("/usr/bin/aarch64-linux-gnu-as");
    assumeTrue(Files.isExecutable(assembler), "binutils-aarch64-linux-gnu is not installed");
    Path object = directory.resolve("flush.o");
    run(assembler.toString(), "-o", object.toString(), write("flush.s", SOURCE).toString());
    Path binary = directory.resolve("flush.bin");
    run("/usr/bin/aarch64-linux-gnu-objcopy", "-O", "binary", object.toString(), binary.toString());
    MemorySegment words = MemorySegment.ofArray(Files.readAllBytes(binary));
    int[] assembled = words.toArray(ValueLayout.JAVA_INT_UNALIGNED);
    assertThat(hex(CacheFlushCode.WORDS)).isEqualTo(hex(assembled));
  }

  @Test
  @EnabledIfSystemProperty(
      named = "os.arch",
      matches = "aarch64",
      disabledReason = "the code is AArch64's; ./check --cpu aarch64 runs it")
  void code_that_is_rewritten_is_seen_without_libgcc() throws Throwable {
    LinuxVirtMem memory = new LinuxVirtMem(LinuxAbi.of(Architecture.AARCH64), new WithoutLibgcc());
    DualMapping dual = memory.allocateDual(memory.pages().byteSize());
    MethodHandle function =
        new LinuxLinker().code(dual.rx().address(), FunctionDescriptor.of(JAVA_INT));
    for (int value = 0; value < 1000; value++) {
      dual.rw().set(JAVA_INT, 0, 0x52800000 | (value << 5)); // mov w0, #value
      dual.rw().set(JAVA_INT, 4, 0xd65f03c0); // ret
      memory.flushInstructionCache(dual.rx().asSlice(0, 8));
      assertThat((int) function.invokeExact()).isEqualTo(value);
    }
    memory.release(dual);
  }

  private static String hex(int[] words) {
    return Arrays.stream(words).mapToObj(Integer::toHexString).collect(Collectors.joining(" "));
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
