package io.jitmem.tests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.code.MachineCode;
import io.jitmem.cpu.Cpu;
import io.jitmem.cpu.CpuFeature;
import io.jitmem.cpu.X86Feature;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is found out about this machine's CPU, beside what the kernel says. */
class HostCpuTest {
  /** The kernel's words, where they are not ours in lower case without underscores. */
  private static final Map<X86Feature, String> FLAGS =
      Map.ofEntries(
          Map.entry(X86Feature.RDTSC, "tsc"),
          Map.entry(X86Feature.CMPXCHG8B, "cx8"),
          Map.entry(X86Feature.CMPXCHG16B, "cx16"),
          Map.entry(X86Feature.SSE3, "pni"),
          Map.entry(X86Feature.LZCNT, "abm"),
          Map.entry(X86Feature.PREFETCHW, "3dnowprefetch"),
          Map.entry(X86Feature.MONITORX, "mwaitx"),
          Map.entry(X86Feature.SHA, "shani"),
          Map.entry(X86Feature.CET_SS, "usershstk"),
          Map.entry(X86Feature.CET_IBT, "ibt"),
          Map.entry(X86Feature.INVARIANT_TSC, "constanttsc"),
          Map.entry(X86Feature.APX_F, "apx"),
          Map.entry(X86Feature._3DNOW, "3dnow"),
          Map.entry(X86Feature._3DNOWEXT, "3dnowext"));

  /**
   * The kernel does not list these, or not in every version, or lists them by whether it uses them;
   * or it hides them where they are broken, which CPUID does not say to a virtual machine: RDRAND
   * of some older AMD CPUs, RDSEED of Zen 5 ("RDSEED32 is broken" in its log).
   */
  private static final Set<X86Feature> UNLISTED =
      Set.of(
          X86Feature.OSXSAVE,
          X86Feature.RDRAND,
          X86Feature.RDSEED,
          X86Feature.CET_SS,
          X86Feature.CET_IBT,
          X86Feature.INVARIANT_TSC,
          X86Feature.PREFETCHWT1,
          X86Feature.HYBRID,
          X86Feature.PKU,
          X86Feature.OSPKE,
          X86Feature.PTWRITE,
          X86Feature.HRESET,
          X86Feature.RAO_INT,
          X86Feature.FZRM,
          X86Feature.FSRS,
          X86Feature.FSRC,
          X86Feature.PREFETCHI,
          X86Feature.USER_MSR,
          X86Feature.UINTR,
          X86Feature.MOVRS,
          X86Feature.SHA512,
          X86Feature.SM3,
          X86Feature.SM4,
          X86Feature.CMPCCXADD,
          X86Feature.AVX_IFMA,
          X86Feature.AVX_VNNI_INT8,
          X86Feature.AVX_VNNI_INT16,
          X86Feature.AVX_NE_CONVERT,
          X86Feature.AVX10_1,
          X86Feature.AVX10_2,
          X86Feature.AMX_FP16,
          X86Feature.AMX_COMPLEX,
          X86Feature.AMX_FP8,
          X86Feature.AMX_TF32,
          X86Feature.AMX_AVX512,
          X86Feature.AMX_MOVRS,
          X86Feature.APX_F,
          X86Feature.HLE,
          X86Feature.RTM,
          X86Feature.MONITOR,
          X86Feature.XSAVES);

  private static final String PRINT_BRAND =
      """
      #include <cpuid.h>
      #include <stdio.h>
      int main(void) {
        unsigned words[13] = {0};
        for (unsigned i = 0; i < 3; i++) {
          unsigned *to = words + 4 * i;
          __get_cpuid(0x80000002u + i, to, to + 1, to + 2, to + 3);
        }
        puts((char *) words);
      }
      """;

  private final Cpu cpu = Cpu.host();

  @Test
  void it_is_asked_once() {
    assertThat(Cpu.host()).isSameAs(cpu);
    assertThat(cpu.architecture()).isEqualTo(Platform.current().architecture().orElseThrow());
    assertThat(cpu.features())
        .isNotEmpty()
        .allMatch(feature -> feature.architecture() == cpu.architecture());
  }

  @Test
  void asking_leaves_nothing_mapped() {
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void x86_features_are_the_flags_that_the_kernel_lists() throws Exception {
    assumeTrue(cpu.architecture() == Architecture.X86_64, "this is no x86-64");
    assumeTheKernelKnowsThisCpu();
    Set<String> flags = flags();
    Set<String> theirs = new TreeSet<>();
    Set<String> ours = new TreeSet<>();
    for (X86Feature feature : X86Feature.values()) {
      if (flags.contains(flag(feature))) {
        theirs.add(feature.name());
      }
      if (cpu.has(feature) && (!UNLISTED.contains(feature) || theirs.contains(feature.name()))) {
        ours.add(feature.name());
      }
    }
    assertThat(ours).isEqualTo(theirs).hasSizeGreaterThan(20);
  }

  @Test
  void the_x86_model_is_what_the_kernel_says() throws Exception {
    assumeTrue(cpu.architecture() == Architecture.X86_64, "this is no x86-64");
    assumeTheKernelKnowsThisCpu();
    var model = cpu.model().orElseThrow();
    assertThat(model.vendor()).isEqualTo(value("vendor_id"));
    assertThat(model.family()).isEqualTo(Integer.parseInt(value("cpu family")));
    assertThat(model.model()).isEqualTo(Integer.parseInt(value("model")));
    assertThat(model.stepping()).isEqualTo(Integer.parseInt(value("stepping")));
    assertThat(model.brand()).isEqualTo(value("model name").replaceAll(" +", " "));
  }

  @Test
  void the_x86_brand_is_what_a_compiled_program_reads() throws Exception {
    assumeTrue(cpu.architecture() == Architecture.X86_64, "this is no x86-64");
    Toolchain.assumeInstalled("gcc");
    assertThat(cpu.model().orElseThrow().brand()).isEqualTo(brandByCompiler());
  }

  /** A virtual machine may have been moved to another CPU after its kernel had looked at one. */
  private static void assumeTheKernelKnowsThisCpu() throws Exception {
    if (Toolchain.isInstalled("gcc")) {
      String kernels = value("model name").replaceAll(" +", " ");
      String now = brandByCompiler();
      assumeTrue(
          kernels.equals(now),
          () -> "the kernel started on '" + kernels + "', and CPUID tells of '" + now + "' now");
    }
  }

  private static String brandByCompiler() throws Exception {
    Path directory = Files.createTempDirectory("brand");
    try {
      Path source = Files.writeString(directory.resolve("brand.c"), PRINT_BRAND);
      Path program = directory.resolve("brand");
      Toolchain.run(List.of("gcc", source.toString(), "-o", program.toString()));
      Process process = new ProcessBuilder(program.toString()).start();
      String printed = new String(process.getInputStream().readAllBytes(), US_ASCII);
      assertThat(process.waitFor()).isZero();
      return printed.strip().replaceAll(" +", " ");
    } finally {
      Toolchain.deleteAll(directory);
    }
  }

  @Test
  void code_may_begin_with_a_landing_pad_on_every_cpu() throws Throwable {
    byte[] pad = cpu.landingPad();
    byte[] body = SampleCode.ADD;
    byte[] code = Arrays.copyOf(pad, pad.length + body.length);
    System.arraycopy(body, 0, code, pad.length, body.length);
    FunctionDescriptor type =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try (JitRuntime runtime = JitRuntime.over(JitAllocator.create())) {
      JitFunction add = runtime.add(MachineCode.of(code), type);
      assertThat((int) add.handle().invokeExact(40, 2)).isEqualTo(42);
    }
  }

  @Test
  void the_doctor_lists_the_features() throws Exception {
    ChildJvm.Outcome text = ChildJvm.commandLine("doctor");
    assertThat(text.out().lines().anyMatch(line -> line.startsWith("CPU features      "))).isTrue();
    String words = text.out().replaceAll("\\s+", " ");
    assertThat(words)
        .contains(
            cpu.features().stream().map(CpuFeature::name).collect(Collectors.joining(" "))
                + " JVM");
    ChildJvm.Outcome json = ChildJvm.commandLine("doctor", "--format", "json");
    assertThat(json.out()).contains("\n  \"cpuInfo\": {\n    \"model\": ");
    assertThat(cpu.features())
        .allSatisfy(feature -> assertThat(json.out()).contains("\"" + feature.name() + "\""));
  }

  private static String flag(X86Feature feature) {
    String known = FLAGS.get(feature);
    return known != null ? known : feature.name().toLowerCase(Locale.ROOT).replace("_", "");
  }

  private static Set<String> flags() throws IOException {
    return Stream.of(value("flags").split(" ", -1))
        .map(flag -> flag.replace("_", ""))
        .collect(Collectors.toSet());
  }

  private static String value(String key) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.matches(key + "\\s*:.*"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseThrow();
    }
  }
}
