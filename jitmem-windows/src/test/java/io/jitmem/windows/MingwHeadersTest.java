package io.jitmem.windows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.audit.Prototype;
import io.jitmem.nativecall.NativeFunction;
import java.io.IOException;
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

/**
 * Compares our numbers and prototypes with mingw-w64's headers, by its C++ compiler. No program of
 * Windows need be run for it: the compiler checks what we assert.
 */
class MingwHeadersTest {
  private static final Path COMPILER = Path.of("/usr/bin/x86_64-w64-mingw32-g++");
  private static final String INCLUDES =
      """
      #define _WIN32_WINNT 0x0A00
      #define NTDDI_VERSION 0x0A00000C
      #include <windows.h>
      #include <stddef.h>
      template <class... A> struct sizes {};
      template <int... N> struct numbers {};
      template <class T> struct size_of { enum { value = sizeof(T) }; };
      template <> struct size_of<void> { enum { value = 0 }; };
      template <class R, class... A> numbers<size_of<R>::value, size_of<A>::value...> prototype(R (*)(A...));
      template <class A, class B> struct same { enum { value = 0 }; };
      template <class A> struct same<A, A> { enum { value = 1 }; };
      """;

  /** Names that are no macros, so that it cannot be asked whether the headers have them. */
  private static final List<String> ENUMERATORS =
      List.of(
          "MemExtendedParameterAddressRequirements",
          "ProcessDynamicCodePolicy",
          "ProcessControlFlowGuardPolicy",
          "ProcessUserShadowStackPolicy");

  @TempDir Path directory;

  @BeforeEach
  void the_compiler_is_installed() {
    assumeTrue(Files.isExecutable(COMPILER), "g++-mingw-w64-x86-64 is not installed");
  }

  @Test
  void every_constant_and_offset_is_what_the_headers_say() throws Exception {
    assertThat(compile(assertions(Tables.ourConstants()))).isEmpty();
  }

  @Test
  void a_wrong_number_is_found() throws Exception {
    Map<String, Long> ours = new TreeMap<>(Tables.ourConstants());
    ours.put("FILE_MAP_EXECUTE", 8L);
    assertThat(compile(assertions(ours))).contains("FILE_MAP_EXECUTE");
  }

  /** Older headers lack some macros, which are passed over. */
  private static String assertions(Map<String, Long> ours) {
    return ours.entrySet().stream()
        .map(each -> assertion(each.getKey(), each.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String assertion(String name, long value) {
    String expression = expression(name);
    String check =
        "static_assert((long long) (%s) == %dLL || (unsigned) (size_t) (%s) == (unsigned) %dLL, \"%s\");"
            .formatted(expression, value, expression, value, name);
    if (name.equals("PROCESS_MITIGATION_DYNAMIC_CODE_POLICY__sizeof")) {
      // Versions before 14 (10 was looked at) have its bits beside its word instead of in it.
      return "#if __MINGW64_VERSION_MAJOR >= 14\n" + check + "\n#endif";
    }
    boolean certain = name.contains("__") || ENUMERATORS.contains(name);
    return certain ? check : "#ifdef " + name + "\n" + check + "\n#endif";
  }

  private static String expression(String name) {
    if (name.endsWith("__sizeof")) {
      return "sizeof(" + name.substring(0, name.indexOf("__")) + ")";
    }
    if (name.contains("__off__")) {
      return "offsetof(" + name.replace("__off__", ", ") + ")";
    }
    return name.equals("INVALID_HANDLE_VALUE") ? "-1" : name;
  }

  @Test
  void every_prototype_is_what_the_headers_say() throws Exception {
    String checks =
        WindowsFunctions.ALL.stream()
            .map(MingwHeadersTest::prototypeAssertion)
            .collect(Collectors.joining("\n"));
    assertThat(compile(checks)).isEmpty();
  }

  @Test
  void a_wrong_prototype_is_found() throws Exception {
    assertThat(compile(prototypeAssertion("VirtualAlloc", "8, 8, 4, 4, 4")))
        .contains("VirtualAlloc");
  }

  private static String prototypeAssertion(NativeFunction function) {
    Prototype prototype = Tables.prototype(function);
    String sizes =
        Stream.concat(Stream.of(prototype.result()), prototype.parameters().stream())
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    return prototypeAssertion(function.symbol(), sizes);
  }

  private static String prototypeAssertion(String symbol, String sizes) {
    return "static_assert(same<decltype(prototype(%1$s)), numbers<%2$s>>::value, \"%1$s\");"
        .formatted(symbol, sizes);
  }

  /** What the compiler says of a source; nothing if all of it holds. */
  private String compile(String checks) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("check.cc"), INCLUDES + checks + "\n");
    Process compiler =
        new ProcessBuilder(
                COMPILER.toString(), "-std=c++17", "-w", "-fsyntax-only", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
    compiler.waitFor();
    return said;
  }
}
