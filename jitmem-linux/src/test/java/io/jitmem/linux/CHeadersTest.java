package io.jitmem.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

  @TempDir Path directory;

  @BeforeEach
  void a_c_compiler_is_installed() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "g++ is not installed");
  }

  @Test
  void every_constant_is_what_the_headers_say() throws Exception {
    LinuxAbi abi = LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow());
    Map<String, Integer> ours = new TreeMap<>();
    ours.put("PROT_READ", Posix.PROT_READ);
    ours.put("PROT_WRITE", Posix.PROT_WRITE);
    ours.put("PROT_EXEC", Posix.PROT_EXEC);
    if (abi.architecture() == Architecture.AARCH64) {
      ours.put("PROT_BTI", LinuxAbi.PROT_BTI);
    }
    ours.put("MAP_SHARED", Posix.MAP_SHARED);
    ours.put("MAP_PRIVATE", Posix.MAP_PRIVATE);
    ours.put("MAP_FIXED", Posix.MAP_FIXED);
    ours.put("O_RDWR", Posix.O_RDWR);
    ours.put("MAP_ANON", LinuxAbi.MAP_ANON);
    ours.put("MAP_NORESERVE", LinuxAbi.MAP_NORESERVE);
    ours.put("MAP_FIXED_NOREPLACE", LinuxAbi.MAP_FIXED_NOREPLACE);
    ours.put("MADV_DONTNEED", LinuxAbi.MADV_DONTNEED);
    ours.put("MADV_REMOVE", LinuxAbi.MADV_REMOVE);
    ours.put("MADV_HUGEPAGE", LinuxAbi.MADV_HUGEPAGE);
    ours.put("MADV_POPULATE_READ", LinuxAbi.MADV_POPULATE_READ);
    ours.put("MADV_POPULATE_WRITE", LinuxAbi.MADV_POPULATE_WRITE);
    ours.put("MADV_COLLAPSE", LinuxAbi.MADV_COLLAPSE);
    ours.put("MAP_HUGETLB", LinuxAbi.MAP_HUGETLB);
    ours.put("MAP_HUGE_SHIFT", LinuxAbi.MAP_HUGE_SHIFT);
    ours.put("O_CREAT", LinuxAbi.O_CREAT);
    ours.put("O_EXCL", LinuxAbi.O_EXCL);
    ours.put("O_CLOEXEC", LinuxAbi.O_CLOEXEC);
    ours.put("O_NOFOLLOW", abi.O_NOFOLLOW());
    ours.put("O_TMPFILE", abi.O_TMPFILE());
    ours.put("MFD_CLOEXEC", LinuxAbi.MFD_CLOEXEC);
    ours.put("MFD_HUGETLB", LinuxAbi.MFD_HUGETLB);
    ours.put("MREMAP_MAYMOVE", LinuxAbi.MREMAP_MAYMOVE);
    ours.put("MEMBARRIER_CMD_QUERY", LinuxAbi.MEMBARRIER_CMD_QUERY);
    ours.put("MEMBARRIER_CMD_GLOBAL", LinuxAbi.MEMBARRIER_CMD_GLOBAL);
    ours.put(
        "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE",
        LinuxAbi.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
    ours.put(
        "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE",
        LinuxAbi.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
    ours.put("RLIMIT_FSIZE", Posix.RLIMIT_FSIZE);
    ours.put("AT_HWCAP", LinuxAbi.AT_HWCAP);
    ours.put("AT_HWCAP2", LinuxAbi.AT_HWCAP2);
    ours.put("SYS_membarrier", abi.SYS_membarrier());
    ours.put("SYS_futex", abi.SYS_futex());
    ours.put("FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG", LinuxAbi.FUTEX_WAKE_OP_PRIVATE);
    ours.put("FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)", LinuxAbi.FUTEX_ADD_NOTHING);
    ours.put("PR_GET_MDWE", LinuxAbi.PR_GET_MDWE);
    ours.put("S_IRUSR | S_IWUSR", Posix.OWNER_ONLY);
    String prints =
        ours.keySet().stream()
            .map(name -> "printf(\"%s=%d\\n\", \"" + name + "\", (int) (" + name + "));")
            .collect(Collectors.joining("\n"));
    String printed = run(compile(INCLUDES + "int main() {\n" + prints + "\n}"));
    assertThat(printed.lines())
        .containsExactlyElementsOf(
            ours.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).toList());
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
    FunctionDescriptor descriptor = function.descriptor();
    int fixed =
        function.firstVariadic() < 0
            ? descriptor.argumentLayouts().size()
            : Math.min(function.firstVariadic(), descriptor.argumentLayouts().size());
    String sizes =
        descriptor.argumentLayouts().subList(0, fixed).stream()
            .map(layout -> " " + layout.byteSize())
            .collect(Collectors.joining());
    return function.symbol()
        + ": "
        + descriptor.returnLayout().orElseThrow().byteSize()
        + " of"
        + sizes
        + (function.firstVariadic() < 0 ? "" : " and more");
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
