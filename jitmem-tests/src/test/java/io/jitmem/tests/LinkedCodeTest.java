package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.code.MachineCodeBuilder;
import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationException;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.code.X86_64Relocation;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.runtime.JitScope;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Code with relocations, linked and called. */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code here is x86-64's")
class LinkedCodeTest {
  private static final FunctionDescriptor LENGTH = FunctionDescriptor.of(JAVA_LONG, ADDRESS);
  private static final FunctionDescriptor INT = FunctionDescriptor.of(JAVA_INT);
  private static final FunctionDescriptor INT_INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);

  /** Further from any library than a 32-bit displacement reaches. */
  private static final long FAR_FROM_LIBRARIES = 0x10_0000_0000L;

  private static final SymbolLookup LIBC = Linker.nativeLinker().defaultLookup();

  /** The strategies that there are; those that this version lacks are refused by its builder. */
  static Stream<WriteStrategy> strategies() {
    return Stream.of(WriteStrategy.values()).filter(LinkedCodeTest::works);
  }

  private static boolean works(WriteStrategy strategy) {
    try (JitAllocator allocator = JitAllocator.builder().strategy(strategy).build()) {
      return allocator.allocate(1) != null;
    } catch (UnsupportedOperationException lacking) {
      return strategy != WriteStrategy.DIRECT && strategy != WriteStrategy.DUAL && noted(lacking);
    }
  }

  private static boolean noted(UnsupportedOperationException lacking) {
    assertThat(lacking.getMessage()).isNotBlank();
    return false;
  }

  private static JitRuntime runtime(WriteStrategy strategy) {
    return JitRuntime.over(JitAllocator.builder().strategy(strategy).build());
  }

  private static JitAllocatorBuilder nearLibraries() {
    long address = LIBC.findOrThrow("strlen").address();
    return JitAllocator.builder().near(address, Integer.MAX_VALUE - (1L << 20));
  }

  private static JitAllocatorBuilder farFromLibraries() {
    return JitAllocator.builder().near(FAR_FROM_LIBRARIES, 1L << 32);
  }

  private static long length(JitFunction function, String text) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      return (long) function.handle(LENGTH).invokeExact(arena.allocateFrom(text));
    }
  }

  private static int callInt(MethodHandle handle) throws Throwable {
    return (int) handle.invokeExact();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void a_call_in_reach_needs_no_entry_and_its_room_is_given_back(WriteStrategy strategy)
      throws Throwable {
    try (JitRuntime runtime = JitRuntime.over(nearLibraries().strategy(strategy).build())) {
      JitFunction function = runtime.add(LinkedSamples.calling("strlen"), LIBC);
      assertThat(length(function, "hello")).isEqualTo(5);
      assertThat(function.byteSize()).isEqualTo(64);
      assertThat(runtime.allocator().statistics().usedBytes()).isEqualTo(64);
      runtime.allocator().verify();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void a_call_out_of_reach_goes_through_the_table(WriteStrategy strategy) throws Throwable {
    try (JitRuntime runtime = JitRuntime.over(farFromLibraries().strategy(strategy).build())) {
      JitFunction function = runtime.add(LinkedSamples.calling("strlen"), LIBC);
      assertThat(Math.abs(function.address() - LIBC.findOrThrow("strlen").address()))
          .isGreaterThan(1L << 31);
      assertThat(length(function, "hello")).isEqualTo(5);
      assertThat(function.byteSize()).isEqualTo(128);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void a_call_of_an_entry_becomes_a_direct_one_in_reach(WriteStrategy strategy) throws Throwable {
    MachineCode code = LinkedSamples.callingIndirectly("strlen");
    try (JitRuntime runtime = JitRuntime.over(nearLibraries().strategy(strategy).build())) {
      JitFunction function = runtime.add(code, LIBC);
      assertThat(length(function, "hello, world")).isEqualTo(12);
      assertThat(function.byteSize()).isEqualTo(64);
    }
    try (JitRuntime runtime = JitRuntime.over(farFromLibraries().strategy(strategy).build())) {
      JitFunction function = runtime.add(code, LIBC);
      assertThat(length(function, "hello, world")).isEqualTo(12);
      assertThat(function.byteSize()).isEqualTo(128);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void data_is_read_and_written_and_every_section_has_its_protection(WriteStrategy strategy)
      throws Throwable {
    try (JitRuntime runtime = runtime(strategy);
        JitModule module = runtime.addModule(LinkedSamples.counting())) {
      MethodHandle count = module.function("count").handle(INT);
      assertThat(callInt(count)).isEqualTo(42);
      assertThat(callInt(count)).isEqualTo(44);
      assertThat(intAt(module, "counter")).isEqualTo(44);
      assertThat(intAt(module, "step")).isEqualTo(2);
      assertThat(intAt(module, "calls")).isEqualTo(2);
      assertThat(protection(module, "count"))
          .isEqualTo(strategy == WriteStrategy.DIRECT ? Protection.RWX : Protection.RX);
      assertThat(protection(module, "step")).isEqualTo(Protection.R);
      assertThat(protection(module, "counter")).isEqualTo(Protection.RW);
      assertThat(protection(module, "calls")).isEqualTo(Protection.RW);
      assertThat(module.byteSize()).isGreaterThanOrEqualTo(64 + 4 + 4 + 4);
    }
  }

  @SuppressWarnings("restricted")
  private static int intAt(JitModule module, String name) {
    return module.symbol(name).reinterpret(Integer.BYTES).get(JAVA_INT, 0);
  }

  private static Protection protection(JitModule module, String name) {
    return ProcessMaps.at(module.symbol(name).address()).orElseThrow().protection();
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void functions_of_a_batch_call_each_other(WriteStrategy strategy) throws Throwable {
    List<MachineCode> codes =
        List.of(
            LinkedSamples.alternating("even", "odd", 1),
            LinkedSamples.alternating("odd", "even", 0));
    try (JitRuntime runtime = runtime(strategy)) {
      List<JitFunction> functions = runtime.addAll(codes);
      assertThat((int) functions.get(0).handle(INT_INT).invokeExact(10)).isEqualTo(1);
      assertThat((int) functions.get(0).handle(INT_INT).invokeExact(11)).isZero();
      assertThat((int) functions.get(1).handle(INT_INT).invokeExact(11)).isEqualTo(1);
      functions.get(0).close();
      assertThat(runtime.allocator().statistics().spanCount()).isEqualTo(1);
      functions.get(1).close();
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void a_thousand_functions_of_a_batch_are_told_apart(WriteStrategy strategy) throws Throwable {
    List<MachineCode> codes = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      codes.add(
          i % 2 == 0
              ? MachineCode.of(SampleCode.returning(i))
              : LinkedSamples.alternating("f" + i, "f" + (i + 2) % 1000, 1));
    }
    try (JitRuntime runtime = runtime(strategy)) {
      List<JitFunction> functions = runtime.addAll(codes, LIBC);
      assertThat(callInt(functions.get(500).handle(INT))).isEqualTo(500);
      assertThat((int) functions.get(501).handle(INT_INT).invokeExact(1000)).isEqualTo(1);
      assertThat(functions.get(501).symbol("f501").address())
          .isEqualTo(functions.get(501).address());
      functions.forEach(JitFunction::close);
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void what_was_added_is_linked_with_what_is_added_later(WriteStrategy strategy) throws Throwable {
    try (JitRuntime runtime = runtime(strategy)) {
      JitModule counting = runtime.addModule(LinkedSamples.counting());
      JitFunction caller = runtime.add(LinkedSamples.calling("count"), counting.symbols(), INT);
      assertThat(callInt(caller.handle())).isEqualTo(42);
      JitFunction even =
          runtime.add(LinkedSamples.alternating("even", "even", 7), SymbolLookup.loaderLookup());
      JitFunction odd = runtime.add(LinkedSamples.alternating("odd", "even", 8), even.symbols());
      assertThat((int) odd.handle(INT_INT).invokeExact(1)).isEqualTo(7);
      SymbolLookup closed = counting.symbols();
      counting.close();
      assertThatIllegalStateException().isThrownBy(() -> closed.find("count"));
      assertThatIllegalStateException()
          .isThrownBy(() -> runtime.add(LinkedSamples.calling("count"), closed));
    }
  }

  @SuppressWarnings("restricted")
  @ParameterizedTest
  @MethodSource("strategies")
  void java_is_called_through_an_upcall_stub(WriteStrategy strategy) throws Throwable {
    try (JitRuntime runtime = runtime(strategy);
        Arena arena = Arena.ofConfined()) {
      MethodHandle length =
          MethodHandles.lookup()
              .findStatic(
                  LinkedCodeTest.class,
                  "seven",
                  MethodType.methodType(long.class, MemorySegment.class));
      MemorySegment stub = Linker.nativeLinker().upcallStub(length, LENGTH, arena);
      JitFunction function =
          runtime.add(LinkedSamples.calling("java"), name -> Optional.of(stub), LENGTH);
      assertThat((long) function.handle().invokeExact(MemorySegment.NULL)).isEqualTo(7);
    }
  }

  static long seven(MemorySegment ignored) {
    return 7;
  }

  @Test
  void initialisers_have_run_once_when_a_module_is_there() {
    try (JitRuntime runtime = JitRuntime.create();
        JitModule module = runtime.addModule(LinkedSamples.initialised())) {
      assertThat(intAt(module, "loaded")).isEqualTo(6);
    }
  }

  @Test
  void sections_are_aligned_beyond_the_allocators_granularity() {
    MachineCodeBuilder builder = LinkedSamples.builder("aligned");
    Section text = builder.section(Section.code(LinkedSamples.hex("c3")).withAlignment(4096));
    builder.define("f", text, 0);
    try (JitRuntime runtime = JitRuntime.create()) {
      for (int i = 0; i < 3; i++) {
        JitFunction function = runtime.add(builder.build());
        assertThat(function.address() % 4096).isZero();
        assertThat(function.byteSize()).isLessThanOrEqualTo(4096 + 64);
      }
    }
  }

  @Test
  void a_module_knows_its_symbols() {
    try (JitRuntime runtime = JitRuntime.create();
        JitModule module = runtime.addModule(LinkedSamples.counting())) {
      assertThat(module.symbolNames())
          .containsExactlyInAnyOrder("count", "counter", "step", "calls");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> module.symbol("cuont"))
          .withMessage("there is no symbol 'cuont' here; there are [calls, count, counter, step]");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> module.function("counter"))
          .withMessage("'counter' is not in the code");
      assertThat(module.symbols().find("count")).contains(module.symbol("count"));
      assertThat(module.symbols().find("none")).isEmpty();
    }
  }

  @Test
  void a_closed_module_refuses_everything_and_has_gone_from_memory() throws Throwable {
    try (JitRuntime runtime = JitRuntime.create()) {
      JitModule module = runtime.addModule(LinkedSamples.counting());
      JitFunction count = module.function("count");
      MethodHandle guarded = count.guardedHandle(INT);
      assertThat(callInt(guarded)).isEqualTo(42);
      long constants = module.symbol("step").address();
      module.close();
      module.close();
      assertThatIllegalStateException().isThrownBy(() -> callInt(guarded));
      assertThatIllegalStateException().isThrownBy(count::address);
      assertThatIllegalStateException().isThrownBy(() -> module.symbol("step"));
      assertThatIllegalStateException().isThrownBy(module::byteSize);
      assertThat(ProcessMaps.at(constants).map(ProcessMaps.Line::protection))
          .isNotEqualTo(Optional.of(Protection.R));
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
  }

  @Test
  void data_goes_with_the_runtime() {
    JitRuntime runtime = JitRuntime.create();
    JitModule module = runtime.addModule(LinkedSamples.counting());
    long counter = module.symbol("counter").address();
    assertThat(ProcessMaps.at(counter).orElseThrow().protection()).isEqualTo(Protection.RW);
    runtime.close();
    assertThat(ProcessMaps.at(counter).map(ProcessMaps.Line::protection))
        .isNotEqualTo(Optional.of(Protection.RW));
    assertThatIllegalStateException().isThrownBy(() -> module.symbol("counter"));
    assertThatIllegalStateException().isThrownBy(() -> runtime.addModule(LinkedSamples.counting()));
  }

  @Test
  void functions_of_an_automatic_batch_end_together() {
    try (JitRuntime runtime = JitRuntime.create()) {
      JitScope scope = runtime.automaticScope();
      List<JitFunction> functions =
          scope.addAll(
              List.of(
                  LinkedSamples.alternating("even", "odd", 1),
                  LinkedSamples.alternating("odd", "even", 0)));
      functions.get(0).close();
      assertThatIllegalStateException().isThrownBy(() -> functions.get(1).address());
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
  }

  @Test
  void what_cannot_be_linked_leaves_nothing_behind() {
    MachineCodeBuilder far = LinkedSamples.builder("far.o");
    Section text = far.section(Section.code(LinkedSamples.hex("488d05 00000000 c3")));
    far.section(Section.of(Section.Kind.READ_ONLY, new byte[8]));
    far.section(Section.zero(8));
    Symbol strlen = far.undefined("strlen");
    far.relocate(new Relocation(text, 3, X86_64Relocation.PC32, strlen, -4));
    try (JitRuntime runtime = JitRuntime.over(farFromLibraries().build())) {
      runtime.add(MachineCode.of(SampleCode.ADD));
      runtime.addModule(LinkedSamples.counting()).close();
      long spans = runtime.allocator().statistics().spanCount();
      long used = runtime.allocator().statistics().usedBytes();
      long lines = ProcessMaps.lines().size();
      assertThatExceptionOfType(RelocationException.class)
          .isThrownBy(() -> runtime.add(far.build(), LIBC))
          .withMessageStartingWith("far.o: .text+0x3: R_X86_64_PC32 strlen-4: ");
      assertThatExceptionOfType(RelocationException.class)
          .isThrownBy(() -> runtime.addAll(List.of(LinkedSamples.counting(), far.build()), LIBC));
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(() -> runtime.add(far.build()))
          .withMessageContaining("nobody defines strlen");
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(
              () -> runtime.addAll(List.of(LinkedSamples.counting(), LinkedSamples.counting())));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> runtime.add(LinkedSamples.calling("strlen"), LIBC, INT_STRUCT));
      assertThat(runtime.allocator().statistics().spanCount()).isEqualTo(spans);
      assertThat(runtime.allocator().statistics().usedBytes()).isEqualTo(used);
      assertThat(ProcessMaps.lines()).hasSizeLessThanOrEqualTo((int) lines + 2);
      runtime.allocator().verify();
    }
  }

  /** What the linker cannot call: a structure of an odd kind. */
  private static final FunctionDescriptor INT_STRUCT =
      FunctionDescriptor.of(JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN));

  @Test
  void what_is_no_function_is_refused() {
    try (JitRuntime runtime = JitRuntime.create()) {
      MachineCodeBuilder data = LinkedSamples.builder("data.o");
      data.define("d", data.section(Section.of(Section.Kind.DATA, new byte[8])), 0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> runtime.add(data.build()))
          .withMessageContaining("data.o")
          .withMessageContaining("addModule");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> runtime.addModule(List.of(), LIBC))
          .withMessageContaining("no machine code");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> runtime.addModule(MachineCode.builder(Architecture.AARCH64).build()))
          .withMessageContaining("AARCH64");
      assertThat(runtime.addAll(List.of())).isEmpty();
      try (JitModule module = runtime.addModule(data.build())) {
        assertThat(module.symbolNames()).containsExactly("d");
        assertThat(protection(module, "d")).isEqualTo(Protection.RW);
      }
    }
  }
}
