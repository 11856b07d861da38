package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.unwind.UnwindTables;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Walks of gcc's unwinder, begun in a C function that generated code has called. */
@SuppressWarnings("restricted")
class UnwindTablesTest {
  private static final int MOST = 32;
  private static final int WALKER = 2;
  private static final int INNER = 3;

  @TempDir Path directory;
  private final Arena arena = Arena.ofConfined();
  private final JitAllocator allocator = JitAllocator.create();
  private final UnwindTables tables = UnwindTables.open();
  private MemorySegment walker;
  private Span inner;
  private Span outer;

  @BeforeEach
  void code_and_a_c_function_to_call_are_there() throws Exception {
    Toolchain.assumeInstalled("gcc");
    Path source = Toolchain.source("walk.c");
    Path library = directory.resolve("walk.so");
    String gcc = Toolchain.compilersOfThisCpu("gcc").getFirst();
    Toolchain.run(
        List.of(
            gcc, "-O1", "-shared", "-fPIC", "-funwind-tables", "-o", library + "", source + ""));
    walker = SymbolLookup.libraryLookup(library, arena).findOrThrow("walk");
    inner = place(SampleCode.framedCallOfArgument(WALKER));
    outer = place(SampleCode.framedCallOfArgument(INNER));
  }

  @AfterEach
  void close() {
    tables.close();
    allocator.close();
    arena.close();
  }

  @Test
  void a_walk_ends_at_code_that_nobody_has_described() throws Throwable {
    assertThat(walk()).satisfiesExactly(any -> {}, this::isInInner);
  }

  @Test
  void a_walk_goes_through_functions_with_frame_pointers_to_what_has_called_them()
      throws Throwable {
    publish(inner, Optional.empty());
    publish(outer, Optional.empty());
    assertThat(walk())
        .satisfiesExactly(any -> {}, this::isInInner, this::isInOuter, this::isOutsideOfBoth);
  }

  @Test
  void a_walk_ends_at_code_whose_frames_were_taken_away() throws Throwable {
    publish(inner, Optional.empty());
    publish(outer, Optional.empty());
    tables.released(new CodeRange(outer.address(), 1));
    assertThat(tables.count()).isOne();
    assertThat(walk()).satisfiesExactly(any -> {}, this::isInInner, this::isInOuter);
    tables.close();
    assertThat(walk()).satisfiesExactly(any -> {}, this::isInInner);
  }

  @Test
  void code_that_is_published_again_is_registered_once() throws Throwable {
    publish(inner, Optional.empty());
    publish(inner, Optional.empty());
    publish(outer, Optional.empty());
    assertThat(tables.count()).isEqualTo(2);
    tables.reset(new CodeRange(inner.address(), inner.byteSize()));
    assertThat(walk()).satisfiesExactly(any -> {}, this::isInInner);
  }

  @Test
  void a_walk_goes_by_frames_that_come_with_code() throws Throwable {
    publish(inner, Optional.of(frames(inner, 16)));
    publish(outer, Optional.of(frames(outer, 16)));
    assertThat(tables.count()).isEqualTo(2);
    assertThat(walk())
        .satisfiesExactly(any -> {}, this::isInInner, this::isInOuter, this::isOutsideOfBoth);
  }

  @Test
  void frames_that_are_cut_or_of_other_code_are_refused() {
    CodeRange whole = frames(inner, 16);
    for (long byteSize = 1; byteSize < whole.byteSize(); byteSize++) {
      CodeRange cut = new CodeRange(whole.address(), byteSize);
      assertThatThrownBy(() -> publish(inner, Optional.of(cut)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the frames of 'f' cannot be used");
    }
    assertThatThrownBy(() -> publish(outer, Optional.of(whole)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not in 0x");
    assertThat(tables.count()).isZero();
  }

  /** The return address lies behind the call. */
  private void isInInner(long ip) {
    assertThat(ip - inner.address()).isBetween(1L, inner.byteSize() - 1);
  }

  private void isInOuter(long ip) {
    assertThat(ip - outer.address()).isBetween(1L, outer.byteSize() - 1);
  }

  private void isOutsideOfBoth(long ip) {
    assertThat(new CodeRange(inner.address(), inner.byteSize()).contains(ip)).isFalse();
    assertThat(new CodeRange(outer.address(), outer.byteSize()).contains(ip)).isFalse();
  }

  private Span place(byte[] code) {
    Span span = allocator.allocate(code.length);
    allocator.write(span, 0, MemorySegment.ofArray(code));
    return span;
  }

  private void publish(Span span, Optional<CodeRange> frames) {
    MemorySegment bytes = MemorySegment.ofAddress(span.address()).reinterpret(span.byteSize());
    tables.published(
        new PublishedCode(
            new CodeRange(span.address(), span.byteSize()),
            bytes,
            Platform.current().architecture().orElseThrow(),
            new CodeDescription("f", List.of(), List.of(), frames)));
  }

  /** An {@code .eh_frame} for code that is in its body: from the frame pointer on. */
  private CodeRange frames(Span span, int frame) {
    byte[] rules =
        switch (Platform.current().architecture().orElseThrow()) {
          case X86_64 -> new byte[] {16, 0x0c, 6, (byte) frame, (byte) 0x90, 1, (byte) 0x86, 2};
          case AARCH64 -> new byte[] {30, 0x0c, 29, (byte) frame, (byte) 0x9e, 1, (byte) 0x9d, 2};
          case RISCV64 -> new byte[] {1, 0x0c, 8, 0, (byte) 0x81, 1, (byte) 0x88, 2};
        };
    MemorySegment at = arena.allocate(52, 8);
    at.set(JAVA_INT, 0, 20);
    MemorySegment.copy(MemorySegment.ofArray(new byte[] {1, 0, 1, 0x78, rules[0]}), 0, at, 8, 5);
    MemorySegment.copy(MemorySegment.ofArray(rules), 1, at, 13, rules.length - 1);
    at.set(JAVA_INT, 24, 20);
    at.set(JAVA_INT, 28, 28);
    at.set(JAVA_LONG, 32, span.address());
    at.set(JAVA_LONG, 40, span.byteSize());
    return new CodeRange(at.address(), at.byteSize());
  }

  private List<Long> walk() throws Throwable {
    MemorySegment ips = arena.allocate(JAVA_LONG, MOST);
    Linker.nativeLinker()
        .downcallHandle(
            MemorySegment.ofAddress(outer.address()),
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS))
        .invokeExact(ips, (long) MOST, walker, MemorySegment.ofAddress(inner.address()));
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < MOST && ips.getAtIndex(JAVA_LONG, i) != 0; i++) {
      found.add(ips.getAtIndex(JAVA_LONG, i));
    }
    return found;
  }
}
