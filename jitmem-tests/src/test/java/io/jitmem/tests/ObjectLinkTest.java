package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.code.RelocationException;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.Linker;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Objects that can be read, and not be linked: they are refused, and nothing stays. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the relocations here are x86-64's")
class ObjectLinkTest {
  @Test
  void code_for_a_fixed_place_is_refused_with_the_symbol_and_the_range() {
    MachineCode code =
        text("fixed.o", "-O1 -fno-pic", "const char *text(void) { return \"somewhere\"; }");
    try (JitRuntime runtime = JitRuntime.create()) {
      assertThatThrownBy(() -> add(runtime, code))
          .isInstanceOf(RelocationException.class)
          .hasMessageContaining("fixed.o: .text+0x")
          .hasMessageContaining("R_X86_64_32 .rodata")
          .hasMessageContaining("is not in 0x0..0xffffffff");
      assertNothingStays(runtime);
    }
  }

  @Test
  void what_nobody_defines_is_refused_by_name() {
    MachineCode code =
        text("needy.o", "-O1", "int nowhere(void); int f(void) { return nowhere(); }");
    try (JitRuntime runtime = JitRuntime.create()) {
      assertThatThrownBy(() -> add(runtime, code))
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("nowhere");
      assertNothingStays(runtime);
    }
  }

  @Test
  void what_two_define_is_refused_with_both() {
    MachineCode first = text("first.o", "-O1", "int f(void) { return 1; }");
    MachineCode second = text("second.o", "-O1", "int f(void) { return 2; }");
    try (JitRuntime runtime = JitRuntime.create()) {
      assertThatThrownBy(() -> add(runtime, first, second))
          .isInstanceOf(LinkException.class)
          .hasMessageContaining("'f'")
          .hasMessageContaining("first.o")
          .hasMessageContaining("second.o");
      assertNothingStays(runtime);
    }
  }

  @Test
  void an_object_for_another_cpu_is_refused() {
    MachineCode code =
        MachineCode.fromElf("even.o", Toolchain.compile("aarch64-linux-gnu-gcc", "-O1", "even.c"));
    try (JitRuntime runtime = JitRuntime.create()) {
      assertThatThrownBy(() -> add(runtime, code))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("even.o is for AARCH64, not for X86_64");
      assertNothingStays(runtime);
    }
  }

  private static void add(JitRuntime runtime, MachineCode... codes) {
    runtime.addModule(List.of(codes), Linker.nativeLinker().defaultLookup());
  }

  private static void assertNothingStays(JitRuntime runtime) {
    assertThat(runtime.allocator().statistics().spanCount()).isZero();
  }

  private static MachineCode text(String name, String options, String source) {
    return MachineCode.fromElf(name, Toolchain.compileText("gcc", options, ".c", source));
  }
}
