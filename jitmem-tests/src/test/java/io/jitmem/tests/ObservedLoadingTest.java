package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a runtime says of a batch, of a module and of compiled objects. */
class ObservedLoadingTest {
  private final List<PublishedCode> published = new ArrayList<>();
  private final List<CodeRange> released = new ArrayList<>();
  private final JitRuntime runtime =
      JitRuntime.create(
          new CodeListener() {
            @Override
            public void published(PublishedCode code) {
              published.add(code);
            }

            @Override
            public void released(CodeRange range) {
              released.add(range);
            }
          });

  @TempDir Path directory;

  @AfterEach
  void close() {
    runtime.close();
  }

  @Test
  void a_batch_is_told_function_by_function() {
    List<JitFunction> functions =
        runtime.addAll(List.of(code("a.o", "a", 10), code("b.o", "b", 200), code("c.o", "c", 30)));

    assertThat(published)
        .extracting(code -> code.description().name())
        .containsExactly("a.o", "b.o", "c.o");
    assertThat(published)
        .extracting(PublishedCode::functions)
        .containsExactly(
            List.of(new CodeSymbol("a", 0, 10)),
            List.of(new CodeSymbol("b", 0, 200)),
            List.of(new CodeSymbol("c", 0, 30)));
    assertThat(published)
        .extracting(code -> code.range().address())
        .containsExactlyElementsOf(functions.stream().map(JitFunction::address).toList());
    assertThat(published)
        .extracting(code -> code.range().byteSize())
        .containsExactly(64L, 256L, 64L);
    functions.get(1).close();
    assertThat(released).containsExactly(published.get(1).range());
  }

  @Test
  void a_module_is_told_once_with_all_its_functions() {
    JitModule module =
        runtime.addModule(
            List.of(code("a.o", "a", 16), code("b.o", "b", 48)),
            Linker.nativeLinker().defaultLookup());

    PublishedCode code = published.getFirst();
    assertThat(published).hasSize(1);
    assertThat(code.description().name()).isEqualTo("a.o+1");
    long second = module.function("b").address() - code.range().address();
    assertThat(code.functions())
        .containsExactly(new CodeSymbol("a", 0, 16), new CodeSymbol("b", second, 48));
    module.close();
    assertThat(released).containsExactly(code.range());
  }

  @Test
  void compiled_objects_are_told_with_the_names_and_sizes_that_their_compiler_gave()
      throws Exception {
    Toolchain.assumeInstalled("nm");
    List<String> compiled = new ArrayList<>();
    List<MachineCode> objects = new ArrayList<>();
    for (String source : List.of("even.c", "odd.c")) {
      byte[] object =
          Toolchain.compile(Toolchain.compilersOfThisCpu("gcc").getFirst(), "-O2 -fcommon", source);
      compiled.addAll(functionsByNm(object));
      objects.add(MachineCode.fromElf(source, object));
    }

    try (JitModule module = runtime.addModule(objects, Linker.nativeLinker().defaultLookup())) {
      PublishedCode code = published.getFirst();
      assertThat(code.description().name()).isEqualTo("even.c+1");
      assertThat(code.functions())
          .extracting(symbol -> symbol.name() + " " + symbol.byteSize())
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(compiled);
      for (String exported : List.of("is_even", "calls", "which", "get_common")) {
        // Of a weak one that another has replaced the code is there, too.
        assertThat(code.functions())
            .filteredOn(symbol -> symbol.name().equals(exported))
            .extracting(symbol -> code.range().address() + symbol.offset())
            .contains(module.function(exported).address());
      }
      assertThat(code.description().frames()).isPresent();
    }
  }

  /** The global functions and their sizes, as the binutils see them. */
  private List<String> functionsByNm(byte[] object) throws Exception {
    Path file = Files.write(directory.resolve("object.o"), object);
    ChildJvm.Outcome outcome =
        ChildJvm.run("", List.of("nm", "-S", "--defined-only", file.toString()));
    return outcome
        .out()
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length == 4 && words[2].matches("[TtW]"))
        .map(words -> words[3] + " " + Long.parseLong(words[1], 16))
        .toList();
  }

  private static MachineCode code(String name, String function, int byteSize) {
    var builder = MachineCode.builder(Platform.current().architecture().orElseThrow());
    Section text = builder.section(Section.code(new byte[byteSize]));
    builder.symbol(Symbol.defined(function, text, 0).withByteSize(byteSize));
    return builder.name(name).build();
  }
}
