package io.jitmem.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is found on a system with musl: a program that is linked with it tells which symbols its C
 * library has, and the backend is given those alone.
 */
class MuslLibraryTest {
  private static final Path COMPILER = Path.of("/usr/bin/musl-gcc");

  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <dlfcn.h>
      #include <stdio.h>
      /* Prints those of the symbols that the default look-up has. */
      int main(int argc, char **argv) {
        for (int i = 1; i < argc; i++) {
          if (dlsym(RTLD_DEFAULT, argv[i])) puts(argv[i]);
        }
        return 0;
      }
      """;

  @TempDir Path directory;

  /** Has no function that musl lacks. */
  private record MuslBinder(LinuxLinker real, Set<String> symbols) implements CodeBinder {
    @Override
    public Optional<MethodHandle> bind(NativeFunction function) {
      return symbols.contains(function.symbol()) ? real.bind(function) : Optional.empty();
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

  @BeforeEach
  void a_compiler_for_musl_is_installed() {
    assumeTrue(Files.isExecutable(COMPILER), "musl-gcc is not installed (Debian: musl-tools)");
  }

  @Test
  void the_c_library_has_every_function_but_the_one_of_the_compiler() throws Exception {
    Set<String> needed = symbols().collect(Collectors.toCollection(TreeSet::new));
    needed.removeAll(found());
    assertThat(needed).containsExactly("__clear_cache");
  }

  @Test
  void every_mechanism_works_with_what_musl_has() throws Exception {
    Architecture cpu = Architecture.of(System.getProperty("os.arch")).orElseThrow();
    VirtMem memory = new LinuxVirtMem(LinuxAbi.of(cpu), new MuslBinder(new LinuxLinker(), found()));
    for (DualMechanism mechanism : DualMechanism.values()) {
      DualMapping dual =
          memory.allocateDual(65536, MappingOptions.NONE.withMechanism(mechanism.text()));
      dual.rw().set(ValueLayout.JAVA_INT, 0, 42);
      memory.flushInstructionCache(dual.rx());
      memory.populate(dual.rw());
      assertThat(dual.rx().get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
      memory.release(dual);
    }
    memory.synchronizeCores();
    memory.release(memory.reserve(65536, Placement.anywhere()));
    assertThat(memory.capabilities().allows(Ability.DUAL_MAPPING)).isTrue();
    assertThat(memory.conditions()).isNotEmpty();
  }

  private Set<String> found() throws Exception {
    Path source = Files.writeString(directory.resolve("symbols.c"), SOURCE);
    Path program = directory.resolve("symbols");
    run(COMPILER.toString(), "-o", program.toString(), source.toString());
    List<String> command = new ArrayList<>(List.of(program.toString()));
    symbols().forEach(command::add);
    String printed = run(command.toArray(String[]::new));
    return new TreeSet<>(Arrays.asList(printed.split("\n", -1)));
  }

  private static Stream<String> symbols() {
    return Stream.concat(PosixCalls.FUNCTIONS.stream(), LinuxCalls.FUNCTIONS.stream())
        .map(NativeFunction::symbol);
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
