package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.observe.unwind.UnwindTables;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Walks of gcc's unwinder through what gcc compiled without frame pointers. */
class CompiledFramesTest {
  private static final String INNER =
      """
      void walk(unsigned long *ips, long most);
      long inner(unsigned long *ips, long most) {
        volatile char room[200];
        room[most & 7] = 1;
        walk(ips, most);
        return room[most & 7];
      }
      void empty(void) { __builtin_unreachable(); }
      """;
  private static final String OUTER =
      """
      long inner(unsigned long *ips, long most);
      long outer(unsigned long *ips, long most) {
        volatile char room[1000];
        room[most & 15] = 2;
        return inner(ips, most) + room[most & 15];
      }
      """;
  private static final String OPTIONS =
      "-O2 -fomit-frame-pointer -fasynchronous-unwind-tables -fPIC";
  private static final int MOST = 32;

  private final Arena arena = Arena.ofConfined();
  private final UnwindTables tables = UnwindTables.open();
  private final JitRuntime runtime = JitRuntime.create(tables);
  private String gcc;

  @BeforeEach
  void a_compiler_is_there() {
    List<String> compilers = Toolchain.compilersOfThisCpu("gcc");
    assumeTrue(!compilers.isEmpty(), "there is no gcc for this CPU");
    gcc = compilers.getFirst();
    Toolchain.assumeInstalled(gcc);
  }

  @AfterEach
  void close() {
    runtime.close();
    tables.close();
    arena.close();
  }

  @Test
  void a_walk_goes_through_the_objects_of_a_module_to_what_has_called_them() throws Throwable {
    try (JitModule module = add(object(INNER), object(OUTER), walker())) {
      assertWalk(module);
      assertThat(tables.count()).isOne();
    }
    assertThat(tables.count()).isZero();
  }

  @Test
  void an_object_that_ends_its_frames_does_not_end_those_of_the_next() throws Throwable {
    MachineCode ended = endOfFrames();
    try (JitModule module = add(object(INNER), ended, object(OUTER), ended, walker())) {
      assertWalk(module);
    }
  }

  /** The first frame is the walker's own, then there are the two, and then who called. */
  private void assertWalk(JitModule module) throws Throwable {
    long inner = module.function("inner").address();
    long outer = module.function("outer").address();
    List<Long> ips = walk(module);

    assertThat(ips).hasSizeGreaterThanOrEqualTo(4);
    assertThat(ips.get(1) - inner).isBetween(1L, 100L);
    assertThat(ips.get(2) - outer).isBetween(1L, 100L);
    assertThat(Math.abs(ips.get(3) - inner)).isGreaterThan(4096);
  }

  private List<Long> walk(JitModule module) throws Throwable {
    MemorySegment ips = arena.allocate(JAVA_LONG, MOST);
    MethodHandle outer =
        module.function("outer").handle(FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
    assertThat((long) outer.invokeExact(ips, (long) MOST)).isEqualTo(3);
    List<Long> found = new ArrayList<>();
    for (int i = 0; i < MOST && ips.getAtIndex(JAVA_LONG, i) != 0; i++) {
      found.add(ips.getAtIndex(JAVA_LONG, i));
    }
    return found;
  }

  private MachineCode object(String source) {
    return MachineCode.fromElf("object.o", Toolchain.compileText(gcc, OPTIONS, ".c", source));
  }

  private MachineCode walker() {
    return MachineCode.fromElf("walk.o", Toolchain.compile(gcc, OPTIONS, "walk.c"));
  }

  /** As {@code crtend.o} does, in the middle of others. */
  private static MachineCode endOfFrames() {
    var builder = MachineCode.builder(Platform.current().architecture().orElseThrow());
    builder.section(Section.of(Section.Kind.UNWIND, new byte[Integer.BYTES]));
    return builder.build();
  }

  private JitModule add(MachineCode... codes) {
    return runtime.addModule(List.of(codes), LinkedObjects.library("libgcc_s.so.1", arena));
  }
}
