package io.jitmem.tests;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The structure that ARCHITECTURE.md shows. */
class LayersTest {
  private static final Path TOP = Path.of(System.getProperty("jitmem.top"));
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPaths(
              Stream.of("api", "core", "linux", "windows", "macos", "bsd")
                  .map(module -> TOP.resolve("jitmem-" + module + "/target/classes"))
                  .toList());

  @Test
  void packages_see_only_the_layers_below() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("io.jitmem..")
        .layer("api")
        .definedBy("io.jitmem.virtmem..")
        .layer("observe")
        .definedBy("io.jitmem.observe")
        .layer("events")
        .definedBy("io.jitmem.observe.events")
        .layer("recorder")
        .definedBy("io.jitmem.observe.jfr")
        .layer("picture")
        .definedBy("io.jitmem.observe.picture")
        .layer("elf")
        .definedBy("io.jitmem.elf")
        .layer("bits")
        .definedBy("io.jitmem.allocator.bits")
        .layer("block")
        .definedBy("io.jitmem.allocator.block")
        .layer("heap")
        .definedBy("io.jitmem.allocator.heap")
        .layer("data")
        .definedBy("io.jitmem.allocator.data")
        .layer("ffm")
        .definedBy("io.jitmem.ffm")
        .layer("tables")
        .definedBy("io.jitmem.observe.tables")
        .layer("perf")
        .definedBy("io.jitmem.observe.perf")
        .layer("debuggers")
        .definedBy("io.jitmem.observe.gdb", "io.jitmem.observe.unwind")
        .layer("allocator")
        .definedBy("io.jitmem.allocator")
        .layer("code")
        .definedBy("io.jitmem.code")
        .layer("link")
        .definedBy("io.jitmem.link")
        .layer("guard")
        .definedBy("io.jitmem.runtime.guard")
        .layer("runtime")
        .definedBy("io.jitmem.runtime")
        .layer("cpu")
        .definedBy("io.jitmem.cpu")
        .layer("tool")
        .definedBy("io.jitmem.tool..")
        .layer("nativecall")
        .definedBy("io.jitmem.nativecall")
        .layer("mapped")
        .definedBy("io.jitmem.mapped")
        .layer("posix")
        .definedBy("io.jitmem.posix")
        .layer("systems")
        .definedBy("io.jitmem.linux", "io.jitmem.windows", "io.jitmem.macos", "io.jitmem.bsd")
        .whereLayer("api")
        .mayNotAccessAnyLayer()
        .whereLayer("observe")
        .mayOnlyAccessLayers("api")
        .whereLayer("events")
        .mayNotAccessAnyLayer()
        .whereLayer("recorder")
        .mayOnlyAccessLayers("events")
        .whereLayer("picture")
        .mayNotAccessAnyLayer()
        .whereLayer("elf")
        .mayNotAccessAnyLayer()
        .whereLayer("bits")
        .mayNotAccessAnyLayer()
        .whereLayer("block")
        .mayOnlyAccessLayers("bits")
        .whereLayer("heap")
        .mayOnlyAccessLayers("bits", "block", "observe", "events", "picture", "api")
        .whereLayer("data")
        .mayOnlyAccessLayers("bits", "heap", "api")
        .whereLayer("ffm")
        .mayNotAccessAnyLayer()
        .whereLayer("tables")
        .mayOnlyAccessLayers("ffm", "observe", "api")
        .whereLayer("perf")
        .mayOnlyAccessLayers("tables", "observe", "api")
        .whereLayer("debuggers")
        .mayOnlyAccessLayers("tables", "elf", "ffm", "observe", "api")
        .whereLayer("allocator")
        .mayOnlyAccessLayers("block", "heap", "ffm", "observe", "events", "picture", "perf", "api")
        .whereLayer("code")
        .mayOnlyAccessLayers("elf", "api")
        .whereLayer("link")
        .mayOnlyAccessLayers("code", "api")
        .whereLayer("guard")
        .mayOnlyAccessLayers("ffm")
        .whereLayer("runtime")
        .mayOnlyAccessLayers("code", "link", "allocator", "data", "guard", "ffm", "observe", "api")
        .whereLayer("cpu")
        .mayOnlyAccessLayers("allocator", "ffm", "api")
        .whereLayer("tool")
        .mayOnlyAccessLayers("runtime", "code", "elf", "cpu", "allocator", "ffm", "picture", "api")
        .whereLayer("nativecall")
        .mayOnlyAccessLayers("api")
        .whereLayer("mapped")
        .mayOnlyAccessLayers("nativecall", "api")
        .whereLayer("posix")
        .mayOnlyAccessLayers("mapped", "nativecall", "api")
        .whereLayer("systems")
        .mayOnlyAccessLayers("posix", "mapped", "nativecall", "api")
        .check(CLASSES);
  }

  @Test
  void no_two_packages_depend_on_each_other() {
    slices()
        .matching("io.jitmem.(**)")
        .should()
        .beFreeOfCycles()
        // VirtMem.host() finds what its own SPI describes, as in java.nio.file.
        .ignoreDependency(
            resideInAPackage("io.jitmem.virtmem"), resideInAPackage("io.jitmem.virtmem.spi"))
        .check(CLASSES);
  }

  @Test
  void bookkeeping_knows_no_locks_and_bits_no_memory() {
    noClasses()
        .that()
        .resideInAnyPackage("io.jitmem.allocator.bits", "io.jitmem.allocator.block")
        .should()
        .dependOnClassesThat(resideInAPackage("java.util.concurrent.."))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.jitmem.allocator.bits")
        .should()
        .dependOnClassesThat(resideInAPackage("java.lang.foreign.."))
        .check(CLASSES);
  }

  @Test
  void the_library_depends_on_the_jdk_alone() {
    classes()
        .that()
        .resideInAPackage("io.jitmem..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.jitmem..", "java..", "org.jspecify.annotations")
        .orShould()
        .resideInAnyPackage("io.jitmem.observe.jfr", "io.jitmem.tool.top")
        .check(CLASSES);
  }

  /** So that nothing of the recorder is loaded in a program that does not use it. */
  @Test
  void the_recorder_is_known_to_its_events_and_their_reader_alone_and_these_to_nobody() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.jitmem.observe.jfr", "io.jitmem.tool.top")
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.jfr.."))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.jitmem.observe.jfr")
        .should()
        .dependOnClassesThat(resideInAPackage("io.jitmem.observe.jfr"))
        .check(CLASSES);
    classes()
        .that()
        .resideInAnyPackage("io.jitmem.observe.jfr", "io.jitmem.tool.top")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.jitmem..", "java..", "jdk.jfr..", "org.jspecify.annotations")
        .check(CLASSES);
  }

  /** Sources say who may make restricted calls: the compiler lets nobody else. */
  @Test
  void restricted_calls_are_allowed_in_one_class_of_each_module_that_makes_them()
      throws IOException {
    assertThat(sources("api", "core", "linux", "windows", "macos", "bsd", "tests"))
        .filteredOn(source -> read(source).contains("\"restricted\""))
        .extracting(source -> source.getFileName().toString())
        .containsExactlyInAnyOrder(
            "NativeAccess.java",
            "LinuxLinker.java",
            "BsdLinker.java",
            "WindowsLinker.java",
            "MacosLinker.java",
            "SimulatedSegments.java");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Linux", "Windows", "macOS", "FreeBSD", "OpenBSD", "NetBSD", "Darwin"})
  void api_and_core_name_no_operating_system_outside_posix(String system) throws IOException {
    assertThat(sources("api", "core"))
        .filteredOn(source -> !source.toString().contains("/posix/"))
        .filteredOn(source -> read(source).contains(system))
        .isEmpty();
  }

  private static List<Path> sources(String... modules) throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module : modules) {
      try (Stream<Path> files = Files.walk(TOP.resolve("jitmem-" + module + "/src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
      }
    }
    return all;
  }

  private static String read(Path source) {
    try {
      return Files.readString(source);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
