package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.code.CodeLibrary;
import io.jitmem.code.MachineCode;
import io.jitmem.code.ObjectFileException;
import io.jitmem.code.ObjectFileException.Problem;
import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.virtmem.Architecture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of real object files and libraries, and what is refused. */
class ObjectFileTest {
  @TempDir Path directory;

  @Test
  void sections_of_every_kind_are_read_and_others_are_dropped() {
    MachineCode code =
        MachineCode.fromElf(
            "object.o",
            Toolchain.compileText(
                "gcc",
                "-O1 -g",
                ".c",
                """
                int counter = 5;
                static char room[12345];
                const char *const name = "jitmem";
                const double half = 0.5;
                __attribute__((constructor)) static void start(void) { counter++; }
                char *place(int i) { return room + i; }
                """));
    assertThat(code.name()).isEqualTo("object.o");
    assertThat(section(code, ".text").kind()).isEqualTo(Section.Kind.CODE);
    assertThat(section(code, ".data").kind()).isEqualTo(Section.Kind.DATA);
    assertThat(section(code, ".bss").kind()).isEqualTo(Section.Kind.ZERO);
    assertThat(section(code, ".bss").byteSize()).isEqualTo(12345);
    assertThat(section(code, ".init_array").kind()).isEqualTo(Section.Kind.INITIALIZERS);
    assertThat(section(code, ".eh_frame").kind()).isEqualTo(Section.Kind.UNWIND);
    assertThat(code.sections())
        .filteredOn(each -> each.name().startsWith(".rodata"))
        .isNotEmpty()
        .allMatch(each -> each.kind() == Section.Kind.READ_ONLY);
    assertThat(code.sections())
        .filteredOn(each -> each.name().startsWith(".data.rel.ro"))
        .as("constants that hold addresses")
        .isNotEmpty()
        .allMatch(each -> each.kind() == Section.Kind.READ_ONLY);
    assertThat(code.sections())
        .extracting(Section::name)
        .noneMatch(name -> name.startsWith(".debug") || name.startsWith(".note"));
  }

  @Test
  void symbols_are_global_weak_common_local_or_undefined() {
    MachineCode code =
        MachineCode.fromElf(
            Toolchain.compileText(
                "gcc",
                "-O1 -fcommon",
                ".c",
                """
                int shared[3];
                extern int elsewhere(int);
                extern int maybe(void) __attribute__((weak));
                __attribute__((weak)) int replaced(void) { return 1; }
                __attribute__((noinline)) static int own(int i) { return i * shared[1]; }
                int (*pointer)(int) = own;
                int f(int i) { return maybe ? maybe() : elsewhere(own(i)); }
                """));
    assertThat(symbol(code, "shared").definition())
        .isInstanceOfSatisfying(
            Symbol.Common.class, common -> assertThat(common.byteSize()).isEqualTo(12));
    assertThat(symbol(code, "elsewhere").isDefined()).isFalse();
    assertThat(symbol(code, "elsewhere").binding()).isEqualTo(Symbol.Binding.GLOBAL);
    assertThat(symbol(code, "maybe").isDefined()).isFalse();
    assertThat(symbol(code, "maybe").binding()).isEqualTo(Symbol.Binding.WEAK);
    assertThat(symbol(code, "replaced").binding()).isEqualTo(Symbol.Binding.WEAK);
    assertThat(symbol(code, "own").binding()).isEqualTo(Symbol.Binding.LOCAL);
    assertThat(symbol(code, "f").binding()).isEqualTo(Symbol.Binding.GLOBAL);
    assertThat(symbol(code, "f").kind()).isEqualTo(Symbol.Kind.FUNCTION);
    assertThat(symbol(code, "f").byteSize()).isPositive();
    assertThat(code.relocations()).extracting(Relocation::symbol).contains(symbol(code, "maybe"));
  }

  @Test
  void inline_functions_are_in_groups() {
    MachineCode code =
        MachineCode.fromElf(Toolchain.compile("g++", "-O0 -std=c++17 -fno-rtti", "shapes1.cpp"));
    assertThat(code.sections())
        .filteredOn(section -> section.group().isPresent())
        .extracting(section -> section.group().orElseThrow())
        .contains("_Z6ticketv", "_ZZ6ticketvE4last");
  }

  @ParameterizedTest
  @CsvSource({
    "gcc, X86_64",
    "clang, X86_64",
    "aarch64-linux-gnu-gcc, AARCH64",
    "riscv64-linux-gnu-gcc, RISCV64"
  })
  void objects_of_each_cpu_are_read(String compiler, Architecture architecture) {
    for (String options : List.of("-O0 -fcommon", "-O2 -fcommon", "-O2 -fcommon -fPIC")) {
      MachineCode code = MachineCode.fromElf(Toolchain.compile(compiler, options, "even.c"));
      assertThat(code.architecture()).contains(architecture);
      assertThat(code.relocations())
          .isNotEmpty()
          .allMatch(relocation -> relocation.kind().architecture() == architecture);
      assertThat(symbol(code, "is_even").isDefined()).isTrue();
      assertThat(symbol(code, "odd_function").isDefined()).isFalse();
    }
  }

  @Test
  void more_than_65280_sections_are_read() {
    byte[] object =
        Toolchain.compileText(
            "gcc",
            "-O0",
            ".s",
            """
            .altmacro
            .macro piece n
            .section .text.f\\n, "ax"
            ret
            .endm
            .set i, 0
            .rept 66000
            piece %i
            .set i, i + 1
            .endr
            .section .text.last, "ax"
            .globl last
            last: ret
            """);
    MachineCode code = MachineCode.fromElf(object);
    assertThat(code.sections()).hasSizeGreaterThan(66_000);
    assertThat(symbol(code, "last").definition())
        .isInstanceOfSatisfying(
            Symbol.InSection.class,
            place -> assertThat(place.section().name()).isEqualTo(".text.last"));
  }

  @Test
  void initialisers_with_a_priority_come_first() {
    MachineCode code =
        MachineCode.fromElf(
            Toolchain.compileText(
                "gcc",
                "-O1",
                ".c",
                """
                int order;
                __attribute__((constructor)) static void last(void) { order = order * 10 + 3; }
                __attribute__((constructor(300))) static void middle(void) { order = order * 10 + 2; }
                __attribute__((constructor(200))) static void first(void) { order = order * 10 + 1; }
                """));
    assertThat(code.sections())
        .filteredOn(section -> section.kind() == Section.Kind.INITIALIZERS)
        .extracting(Section::name)
        .containsExactly(".init_array.00200", ".init_array.00300", ".init_array");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gcc   | -O1 | __thread int mine = 1; | is thread-local, of which a loaded object has none",
        "gcc   | -O1 -fPIC | extern __thread int errors; int f(void) { return errors; } | thread-local relocation R_X86_64_",
        "gcc   | -O1 | extern __thread int errors; int f(void) { return errors; } | thread-local relocation R_X86_64_GOTTPOFF (22) of symbol",
        "gcc   | -O1 | static int one(void) { return 1; } static void *pick(void) { return one; } int f(void) __attribute__((ifunc(\"pick\"))); | is an ifunc",
        "gcc   | -O1 -m32 | int f(void) { return 1; } | this is a 32-bit ELF file",
        "gcc   | -O1 -flto | int f(void) { return 1; } | gcc's intermediate code only",
        "gcc   | -O1 | int left; __attribute__((destructor)) static void end(void) { left = 1; } | is to be run at the start or the end of a process",
        "clang | -O1 -flto | int f(void) { return 1; } | this is LLVM bitcode: compile without -flto",
        "clang | -O1 --target=s390x-linux-gnu | int f(void) { return 1; } | this is a big-endian ELF file",
        "clang | -O1 --target=mips64el-linux-gnu | int f(void) { return 1; } | this is for another CPU, ELF machine 8; read are objects for x86-64 (62)",
        "clang | -O1 --target=x86_64-apple-macos11 | int f(void) { return 1; } | this is a Mach-O file",
        "clang | -O1 --target=x86_64-pc-windows-msvc | int f(void) { return 1; } | this is a COFF object file",
        "clang | -O1 --target=wasm32 | int f(void) { return 1; } | this is a WebAssembly module",
        "clang | -O1 --target=riscv64-linux-gnu -mabi=lp64 | int f(void) { return 1; } | it is not for the calling convention lp64d",
      })
  void what_cannot_be_loaded_is_refused_by_name(
      String compiler, String options, String source, String reason) {
    byte[] object = Toolchain.compileText(compiler, options, ".c", source);
    assertThatThrownBy(() -> MachineCode.fromElf("a.o", object))
        .isInstanceOfSatisfying(
            ObjectFileException.class,
            refused -> assertThat(refused.problem()).isEqualTo(Problem.UNSUPPORTED))
        .hasMessageStartingWith("a.o: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ".section .x, \"awx\"; ret | section 4 (.x) is writable and executable",
        ".data; .balign 4194304; .long 1 | is aligned to 4194304, above 2097152",
        ".text; .quad 0; .reloc 0, R_X86_64_GOTPLT64, f | unsupported relocation R_X86_64_GOTPLT64 (30) of symbol",
        ".text; .quad here; .section .note.x, \"a\", @note; here: .long 1 | section 5 (.note.x) is referred to, but is none that is loaded",
        ".section .ctors, \"aw\"; .quad 0 | is to be run at the start or the end of a process",
      })
  void what_an_assembler_can_say_and_jitmem_not_do_is_refused(String source, String reason) {
    byte[] object = Toolchain.compileText("gcc", "-O0", ".s", source.replace(';', '\n') + "\n");
    assertThatThrownBy(() -> MachineCode.fromElf("a.o", object))
        .isInstanceOf(ObjectFileException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void executables_and_shared_libraries_are_refused_by_name() throws Exception {
    assertThatThrownBy(() -> MachineCode.fromElf(Path.of(ChildJvm.java())))
        .isInstanceOf(ObjectFileException.class)
        .hasMessageStartingWith("java: this is a");
    Path jvm = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    assertThatThrownBy(() -> MachineCode.fromElf(jvm))
        .isInstanceOf(ObjectFileException.class)
        .hasMessageContaining("this is a shared library or an executable");
  }

  @Test
  void a_damaged_file_is_told_from_one_that_is_not_supported() {
    byte[] object = Toolchain.compiledBefore();
    object[0x28] ^= 0x40;
    assertThatThrownBy(() -> MachineCode.fromElf(object))
        .isInstanceOfSatisfying(
            ObjectFileException.class,
            damaged -> {
              assertThat(damaged.problem()).isEqualTo(Problem.DAMAGED);
              assertThat(damaged.fileOffset()).isPresent();
            })
        .hasMessageStartingWith("object: damaged at offset 0x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rcs", "rcsD", "rcS"})
  void a_library_gives_what_is_needed_and_no_more(String flags) throws Exception {
    CodeLibrary library = library(flags);
    assertThat(library.name()).isEqualTo("library.a");
    assertThat(library.members()).containsExactly("a.o", "a_rather_long_name.o", "c.o", "d.o");
    assertThat(library.symbols()).contains("a", "b", "c", "d").doesNotContain("own");
    MachineCode main = text("main", "int a(void); int main(void) { return a(); }");
    assertThat(CodeLibrary.needed(List.of(main), List.of(library)))
        .extracting(MachineCode::name)
        .containsExactly("library.a(a.o)", "library.a(a_rather_long_name.o)");
    MachineCode other =
        text("other", "int a(void) { return 1; } int d(void); int f(void) { return d(); }");
    assertThat(CodeLibrary.needed(List.of(main, other), List.of(library)))
        .extracting(MachineCode::name)
        .containsExactly("library.a(d.o)");
    assertThat(library.all()).hasSize(4);
    assertThat(library.all().getFirst()).isSameAs(library.all().getFirst());
  }

  @Test
  void libraries_that_need_each_other_are_searched_until_nothing_is_found() throws Exception {
    CodeLibrary first = library("rcs");
    byte[] back =
        Toolchain.compileText("gcc", "-O1", ".c", "int c(void); int e(void) { return c(); }");
    CodeLibrary second = CodeLibrary.of("second.a", Toolchain.archive(back));
    MachineCode main = text("main", "int e(void); int main(void) { return e(); }");
    assertThat(CodeLibrary.needed(List.of(main), List.of(first, second))).hasSize(2);
    assertThat(CodeLibrary.needed(List.of(main), List.of())).isEmpty();
  }

  @Test
  void a_thin_library_is_refused_by_name() {
    assertThatThrownBy(() -> library("rcsT"))
        .isInstanceOf(ObjectFileException.class)
        .hasMessage("library.a: this is a thin archive: its members are in other files");
  }

  private CodeLibrary library(String flags) throws Exception {
    Toolchain.assumeInstalled("ar");
    Path library = directory.resolve("library.a");
    Toolchain.run(
        List.of(
            "ar",
            flags,
            library.toString(),
            object("a.o", "int b(void); int a(void) { return b(); }"),
            object(
                "a_rather_long_name.o",
                "static int own(void) { return 1; } int b(void) { return own(); }"),
            object("c.o", "int c(void) { return 3; }"),
            object("d.o", "int a(void); int d(void) { return a(); }")));
    return CodeLibrary.open(library);
  }

  private String object(String name, String source) throws Exception {
    byte[] object = Toolchain.compileText("gcc", "-O1", ".c", source);
    return Files.write(directory.resolve(name), object).toString();
  }

  private static MachineCode text(String name, String source) {
    return MachineCode.fromElf(name, Toolchain.compileText("gcc", "-O1", ".c", source));
  }

  private static Section section(MachineCode code, String name) {
    return code.sections().stream()
        .filter(section -> section.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Symbol symbol(MachineCode code, String name) {
    return code.symbols().stream()
        .filter(symbol -> symbol.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
