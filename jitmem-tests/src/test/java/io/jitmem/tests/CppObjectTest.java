package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.code.MachineCode;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two objects of C++ that have the same inline functions, with data of their own, virtual functions
 * and constructors that run when they are loaded.
 */
class CppObjectTest {
  /** Compilers and their options. */
  static List<CompiledObjectTest.Build> builds() {
    List<CompiledObjectTest.Build> builds = new ArrayList<>();
    for (String compiler : Toolchain.compilersOfThisCpu("g++", "clang++")) {
      for (String options : List.of("-O0", "-O2", "-O2 -fPIC", "-O2 -mcmodel=large -fno-pic")) {
        for (var strategy : LinkedObjects.strategies()) {
          builds.add(new CompiledObjectTest.Build(compiler, "-std=c++17 " + options, strategy));
        }
      }
    }
    return builds;
  }

  @ParameterizedTest
  @MethodSource("builds")
  void inline_functions_and_their_data_are_there_once(CompiledObjectTest.Build build)
      throws Throwable {
    try (Arena arena = Arena.ofConfined();
        LinkedObjects code = link(build, arena)) {
      assertThat((int) code.function("ticket_here", JAVA_INT).invokeExact()).isEqualTo(101);
      assertThat((int) code.function("ticket_there", JAVA_INT).invokeExact()).isEqualTo(102);
      assertThat((int) code.function("ticket_here", JAVA_INT).invokeExact()).isEqualTo(103);
    }
  }

  @ParameterizedTest
  @MethodSource("builds")
  void virtual_functions_are_called_across_objects(CompiledObjectTest.Build build)
      throws Throwable {
    try (Arena arena = Arena.ofConfined();
        LinkedObjects code = link(build, arena)) {
      var area = code.function("area", JAVA_DOUBLE, JAVA_DOUBLE);
      assertThat((double) area.invokeExact(3.0)).isEqualTo(11.0);
      var twiceArea = code.function("twice_area", JAVA_DOUBLE, JAVA_DOUBLE);
      assertThat((double) twiceArea.invokeExact(4.0)).isEqualTo(32.0);
      MemorySegment square = arena.allocate(ADDRESS.byteSize() + JAVA_DOUBLE.byteSize());
      MemorySegment table = (MemorySegment) code.function("square_table", ADDRESS).invokeExact();
      square.set(ADDRESS, 0, table);
      square.set(JAVA_DOUBLE, 8, 5.0);
      var areaOf = code.function("area_of", JAVA_DOUBLE, ADDRESS);
      assertThat((double) areaOf.invokeExact(square)).isEqualTo(50.0);
    }
  }

  @ParameterizedTest
  @MethodSource("builds")
  void constructors_have_run(CompiledObjectTest.Build build) throws Throwable {
    try (Arena arena = Arena.ofConfined();
        LinkedObjects code = link(build, arena)) {
      assertThat((int) code.function("registered_count", JAVA_INT).invokeExact()).isEqualTo(2);
    }
  }

  private static LinkedObjects link(CompiledObjectTest.Build build, Arena arena) {
    List<MachineCode> codes = new ArrayList<>();
    for (String source : List.of("shapes1.cpp", "shapes2.cpp")) {
      codes.add(
          MachineCode.fromElf(
              source, Toolchain.compile(build.compiler(), build.options(), source)));
    }
    SymbolLookup lookup = LinkedObjects.library("libstdc++.so.6", arena);
    return LinkedObjects.link(
        build.strategy(), codes, lookup.or(Linker.nativeLinker().defaultLookup()));
  }
}
