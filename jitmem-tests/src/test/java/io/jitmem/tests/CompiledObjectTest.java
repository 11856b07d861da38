package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What compilers made of {@code objects/sample.c}, {@code even.c} and {@code odd.c}, linked
 * together and called, with each way to write code.
 */
@ParameterizedClass
@MethodSource("builds")
@SuppressWarnings("restricted") // looks at texts that C functions return
class CompiledObjectTest {
  private static final MemoryLayout PAIR =
      MemoryLayout.structLayout(JAVA_INT, MemoryLayout.paddingLayout(4), JAVA_DOUBLE);
  private static final MemoryLayout BOX =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(3, JAVA_LONG), JAVA_FLOAT, MemoryLayout.paddingLayout(4));

  /** Longer than any text here. */
  private static final MemoryLayout TEXT = MemoryLayout.sequenceLayout(4096, JAVA_BYTE);

  /** A way from a source to memory. */
  record Build(String compiler, String options, WriteStrategy strategy) {}

  private final Build build;
  private LinkedObjects code;

  CompiledObjectTest(Build build) {
    this.build = build;
  }

  static List<Build> builds() {
    List<Build> builds = new ArrayList<>();
    for (String compiler : Toolchain.compilersOfThisCpu("gcc", "clang")) {
      for (String options : options()) {
        for (WriteStrategy strategy : LinkedObjects.strategies()) {
          builds.add(new Build(compiler, options, strategy));
        }
      }
    }
    return builds;
  }

  private static List<String> options() {
    List<String> options =
        new ArrayList<>(
            List.of("-O0", "-O2", "-O2 -fPIC", "-O2 -ffunction-sections -fdata-sections"));
    switch (Platform.current().architecture().orElseThrow()) {
      case X86_64 ->
          options.addAll(
              List.of(
                  "-O3 -march=native",
                  "-O2 -fPIC -fno-plt",
                  "-O2 -mcmodel=large -fno-pic",
                  "-O2 -mcmodel=large -fPIC"));
      case AARCH64 -> options.addAll(List.of("-O3", "-O2 -mcmodel=large -fno-pic"));
      case RISCV64 -> options.addAll(List.of("-O3", "-O2 -mcmodel=medany"));
    }
    return options;
  }

  @BeforeEach
  void link() {
    code =
        LinkedObjects.link(
            build.strategy(), List.of(object("sample.c"), object("even.c"), object("odd.c")));
  }

  @AfterEach
  void release() {
    if (code != null) {
      code.close();
    }
  }

  @Test
  void whole_numbers_and_recursion() throws Throwable {
    MethodHandle gcd = code.function("gcd", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    assertThat((long) gcd.invokeExact(1071L, 462L)).isEqualTo(21);
    MethodHandle fibonacci = code.function("fibonacci", JAVA_LONG, JAVA_INT);
    assertThat((long) fibonacci.invokeExact(20)).isEqualTo(6765);
  }

  @Test
  void doubles_and_a_function_of_the_mathematical_library() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle mean = code.function("mean", JAVA_DOUBLE, ADDRESS, JAVA_INT);
      MemorySegment values = arena.allocateFrom(JAVA_DOUBLE, 1, 2, 4, 9, 16, 25, 36);
      assertThat((double) mean.invokeExact(values, 7)).isCloseTo(93 * 1.25 / 7, within(1e-12));
      assertThat((double) mean.invokeExact(values, 0)).isEqualTo(-1.5);
      MethodHandle distance = code.function("distance", JAVA_DOUBLE, JAVA_DOUBLE, JAVA_DOUBLE);
      assertThat((double) distance.invokeExact(3.0, 4.0)).isEqualTo(5.0);
    }
  }

  @Test
  void string_constants_through_a_table() throws Throwable {
    MethodHandle weekday = code.function("weekday", ADDRESS.withTargetLayout(TEXT), JAVA_INT);
    assertThat(text((MemorySegment) weekday.invokeExact(0))).isEqualTo("Monday");
    assertThat(text((MemorySegment) weekday.invokeExact(6))).isEqualTo("Sunday");
    assertThat(text((MemorySegment) weekday.invokeExact(7))).isEqualTo("never");
  }

  @Test
  void a_switch_through_a_jump_table() throws Throwable {
    MethodHandle compute = code.function("compute", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    long[] expected = {8, 2, 15, 1, 1, 7, 6, 1, "Saturday".length(), -1};
    for (int i = 0; i < expected.length; i++) {
      long result = (long) compute.invokeExact(10 + i, 5L, 3L);
      assertThat(result).as("operation %d", i).isEqualTo(expected[i]);
    }
  }

  @Test
  void static_data_and_zeros() throws Throwable {
    MethodHandle next = code.function("next", JAVA_INT);
    assertThat((int) next.invokeExact()).isEqualTo(42);
    assertThat((int) next.invokeExact()).isEqualTo(43);
    MethodHandle remember = code.function("remember", JAVA_INT, JAVA_INT, JAVA_INT);
    assertThat((int) remember.invokeExact(4999, 5)).isZero();
    assertThat((int) remember.invokeExact(4999, 6)).isEqualTo(5);
    assertThat((int) code.function("shared", JAVA_INT).invokeExact()).isEqualTo(12);
  }

  @Test
  void structures_by_value() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle heavier = code.function("heavier", PAIR, PAIR, JAVA_DOUBLE);
      MemorySegment pair = arena.allocate(PAIR);
      pair.set(JAVA_INT, 0, 6);
      pair.set(JAVA_DOUBLE, 8, 1.5);
      MemorySegment more =
          (MemorySegment) heavier.invokeExact((SegmentAllocator) arena, pair, 0.25);
      assertThat(more.get(JAVA_INT, 0)).isEqualTo(7);
      assertThat(more.get(JAVA_DOUBLE, 8)).isEqualTo(1.75);
      MethodHandle scaled = code.function("scaled", BOX, BOX, JAVA_INT);
      MemorySegment box = arena.allocate(BOX);
      box.set(JAVA_LONG, 16, 1L << 40);
      MemorySegment bigger = (MemorySegment) scaled.invokeExact((SegmentAllocator) arena, box, 3);
      assertThat(bigger.get(JAVA_LONG, 16)).isEqualTo(3L << 40);
      assertThat(bigger.get(JAVA_FLOAT, 24)).isEqualTo(3f);
    }
  }

  @Test
  void the_c_library_sorts_by_an_order_written_in_java() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle compare =
          MethodHandles.lookup()
              .findStatic(
                  CompiledObjectTest.class,
                  "downwards",
                  MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
      var pointer = ADDRESS.withTargetLayout(JAVA_INT);
      MemorySegment order =
          LinkedObjects.upcall(compare, FunctionDescriptor.of(JAVA_INT, pointer, pointer), arena);
      MemorySegment values = arena.allocateFrom(JAVA_INT, 3, 1, 4, 1, 5, 9, 2, 6);
      code.procedure("sort", ADDRESS, JAVA_LONG, ADDRESS).invokeExact(values, 8L, order);
      assertThat(values.toArray(JAVA_INT)).containsExactly(9, 6, 5, 4, 3, 2, 1, 1);
    }
  }

  @Test
  void the_c_library_gives_and_takes_memory() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle copyOf = code.function("copy_of", ADDRESS.withTargetLayout(TEXT), ADDRESS);
      MemorySegment copy = (MemorySegment) copyOf.invokeExact(arena.allocateFrom("jitmem"));
      assertThat(text(copy)).isEqualTo("jitmem");
      code.procedure("forget", ADDRESS).invokeExact(copy);
    }
  }

  @Test
  void objects_that_refer_to_each_other() throws Throwable {
    MethodHandle isEven = code.function("is_even", JAVA_INT, JAVA_INT);
    assertThat((int) isEven.invokeExact(10)).isEqualTo(1);
    assertThat((int) isEven.invokeExact(7)).isZero();
    assertThat((int) code.function("calls", JAVA_INT).invokeExact()).isEqualTo(19);
  }

  @Test
  void weak_and_common_symbols() throws Throwable {
    assertThat((int) code.function("ask_which", JAVA_INT).invokeExact())
        .as("the definition in the other object is not weak")
        .isEqualTo(2);
    assertThat((int) code.function("has_nobody", JAVA_INT).invokeExact()).isEqualTo(-7);
    int ignored = (int) code.function("set_common", JAVA_INT, JAVA_INT).invokeExact(77);
    assertThat((int) code.function("get_common", JAVA_INT).invokeExact()).isEqualTo(77);
  }

  @Test
  void nothing_is_left_when_it_is_closed() {
    assertThat(code.module().byteSize()).isPositive();
    code.module().close();
    assertThat(code.spanCount()).isZero();
    assertThatThrownBy(() -> code.module().function("gcd"))
        .isInstanceOf(IllegalStateException.class);
  }

  private MachineCode object(String source) {
    byte[] object = Toolchain.compile(build.compiler(), build.options() + " -fcommon", source);
    return MachineCode.fromElf(source, object);
  }

  private static String text(MemorySegment text) {
    return text.getString(0);
  }

  static int downwards(MemorySegment a, MemorySegment b) {
    return Integer.compare(b.get(JAVA_INT, 0), a.get(JAVA_INT, 0));
  }
}
