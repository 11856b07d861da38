package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.virtmem.VirtMem;
import java.lang.module.ModuleDescriptor;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** That these tests see what users of the module path see. */
class ModulePathTest {
  @Test
  void everything_runs_in_its_named_module() {
    assertThat(VirtMem.class.getModule().getName()).isEqualTo("io.jitmem.api");
    assertThat(JitAllocator.class.getModule().getName()).isEqualTo("io.jitmem.core");
    assertThat(VirtMem.host().getClass().getModule().getName()).isEqualTo("io.jitmem.linux");
    assertThat(VirtMemContract.class.getModule().getName()).isEqualTo("io.jitmem.tests");
  }

  @Test
  void the_core_exports_its_hidden_packages_to_nobody_but_the_backends() {
    Set<String> exports =
        JitAllocator.class.getModule().getDescriptor().exports().stream()
            .map(ModuleDescriptor.Exports::toString)
            .collect(Collectors.toSet());
    assertThat(exports)
        .hasSize(12)
        .contains("io.jitmem.allocator", "io.jitmem.code", "io.jitmem.cpu", "io.jitmem.runtime")
        .contains(
            "io.jitmem.observe",
            "io.jitmem.observe.gdb",
            "io.jitmem.observe.perf",
            "io.jitmem.observe.picture",
            "io.jitmem.observe.unwind")
        .anySatisfy(export ->
            assertThat(export)
                .startsWith("io.jitmem.nativecall to")
                .contains(
                    "io.jitmem.linux", "io.jitmem.windows", "io.jitmem.macos", "io.jitmem.bsd"))
        .anySatisfy(export ->
            assertThat(export)
                .startsWith("io.jitmem.mapped to")
                .contains(
                    "io.jitmem.linux", "io.jitmem.windows", "io.jitmem.macos", "io.jitmem.bsd"))
        .anySatisfy(export ->
            assertThat(export)
                .startsWith("io.jitmem.posix to")
                .contains("io.jitmem.linux", "io.jitmem.macos", "io.jitmem.bsd"));
  }
}
