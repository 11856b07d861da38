package io.jitmem.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.audit.Declared;
import io.jitmem.audit.Prototype;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares our constants and prototypes with this machine's C headers, by its C compiler. */
class CHeadersTest {
  private static final String INCLUDES =
      """
      #ifndef _GNU_SOURCE
      #define _GNU_SOURCE
      #endif
      #include <fcntl.h>
      #include <stdio.h>
      #include <sys/auxv.h>
      #include <sys/mman.h>
      #include <sys/prctl.h>
      #include <sys/resource.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      #include <linux/futex.h>
      #include <linux/membarrier.h>
      #ifndef PR_GET_MDWE
      #define PR_GET_MDWE 66 // headers before 6.3
      #endif
      #include <linux/memfd.h>
      #ifndef MADV_COLLAPSE
      #include <linux/mman.h> // glibc before 2.37 has it from the kernel only
      #endif
      """;

  private static final String PRINT =
      """
      template <class... A> void sizes() { int unused[] = {0, printf(" %zu", sizeof(A))...}; (void) unused; }
      template <class R, class... A> void print(const char *name, R (*)(A...)) {
        printf("%s: %zu of", name, sizeof(R)); sizes<A...>(); printf("\\n");
      }
      template <class R, class... A> void print(const char *name, R (*)(A..., ...)) {
        printf("%s: %zu of", name, sizeof(R)); sizes<A...>(); printf(" and more\\n");
      }
      """;

  private static final Lookup LOOKUP = MethodHandles.lookup();

  /** Not in the headers of all systems that this is built on. */
  private static final Set<String> RECENT = Set.of("AT_HWCAP3", "MFD_EXEC", "MFD_NOEXEC_SEAL");

  @TempDir Path directory;

  @BeforeEach
  void a_c_compiler_is_installed() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "g++ is not installed");
  }

  @Test
  void every_constant_is_what_the_headers_say() throws Exception {
    LinuxAbi abi = LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow());
    Map<String, Long> ours = constants(abi);
    String prints =
        ours.keySet().stream().map(CHeadersTest::print).collect(Collectors.joining("\n"));
    Map<String, Long> headers = new TreeMap<>();
    run(compile(INCLUDES + "int main() {\n" + prints + "\n}"))
        .lines()
        .map(line -> line.split("=", 2))
        .forEach(named -> headers.put(named[0], Long.valueOf(named[1])));
    ours.keySet().removeIf(name -> RECENT.contains(name) && !headers.containsKey(name));
    assertThat(ours).hasSizeGreaterThanOrEqualTo(43);
    assertThat(headers).containsExactlyEntriesOf(ours);
  }

  private static String print(String name) {
    String print = "printf(\"%1$s=%%d\\n\", (int) (long) (%1$s));".formatted(name);
    return RECENT.contains(name) ? "#ifdef " + name + "\n" + print + "\n#endif" : print;
  }

  /** All that the module has for this CPU, under names that a compiler understands. */
  private static Map<String, Long> constants(LinuxAbi abi) {
    Map<String, Long> ours = Declared.numbers(LOOKUP, LinuxAbi.class, Posix.class);
    ours.putAll(Declared.components(LOOKUP, abi));
    ours.put("SYS_futex", (long) abi.SYS_futex());
    rename(ours, "FUTEX_WAKE_OP_PRIVATE", "FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG");
    rename(ours, "FUTEX_ADD_NOTHING", "FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)");
    rename(ours, "OWNER_ONLY", "S_IRUSR | S_IWUSR");
    if (abi.architecture() != Architecture.AARCH64) {
      ours.remove("PROT_BTI");
    }
    if (abi.architecture() != Architecture.RISCV64) {
      ours.keySet().removeIf(name -> name.startsWith("RISCV_") || name.startsWith("SYS_riscv_"));
    }
    return ours;
  }

  private static void rename(Map<String, Long> numbers, String ours, String inC) {
    numbers.put(inC, Objects.requireNonNull(numbers.remove(ours)));
  }

  /** C++ tells the sizes of a function's result and parameters, and whether more may follow. */
  @Test
  void every_prototype_is_what_the_headers_say() throws Exception {
    List<NativeFunction> declared =
        Stream.concat(PosixCalls.FUNCTIONS.stream(), LinuxCalls.FUNCTIONS.stream())
            .filter(
                function -> !function.symbol().equals("__clear_cache")) // a builtin, in no header
            .toList();
    String prints =
        declared.stream()
            .map(function -> "print(\"%1$s\", %1$s);".formatted(function.symbol()))
            .collect(Collectors.joining("\n"));
    String printed = run(compile(INCLUDES + PRINT + "int main() {\n" + prints + "\n}"));
    assertThat(printed.lines())
        .containsExactlyElementsOf(declared.stream().map(CHeadersTest::prototype).toList());
  }

  private static String prototype(NativeFunction function) {
    Prototype prototype =
        Prototype.of(function.symbol(), function.descriptor())
            .variadicFrom(function.firstVariadic());
    String sizes =
        prototype.fixedParameters().stream().map(size -> " " + size).collect(Collectors.joining());
    return "%s: %d of%s%s"
        .formatted(
            prototype.symbol(),
            prototype.result(),
            sizes,
            prototype.firstVariadic() == Prototype.NOT_VARIADIC ? "" : " and more");
  }

  private Path compile(String source) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("check.cc"), source);
    Path program = directory.resolve("check");
    Process compiler =
        new ProcessBuilder("g++", "-std=c++17", "-w", "-o", program.toString(), file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    if (compiler.waitFor() != 0) {
      throw new IOException(output);
    }
    return program;
  }

  private static String run(Path program) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }
}
