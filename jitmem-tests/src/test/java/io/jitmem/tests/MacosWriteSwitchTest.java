package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.macos.MacosBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.shims.MacosShim;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The per-thread write switch of Apple's processors, over our reading of macOS. On an AArch64 JVM
 * the machine code that turns it is run as it is, and memory under the switch is not writable but
 * between its two calls of the function that turns it.
 */
class MacosWriteSwitchTest {
  private final MacosShim shim = MacosShim.of("Apple");
  private final VirtMem memory = shim.memory();
  private final long page = memory.pages().byteSize();

  @AfterEach
  void no_thread_may_write_and_no_call_was_made_by_one_that_might() {
    assertThat(shim.complaint()).isEmpty();
    assertThat(shim.writers()).isZero();
    assertThat(shim.mappedBytes()).isZero();
  }

  private MemorySegment mapped() {
    return memory.allocate(page, Protection.RWX, MappingOptions.NONE.withMapJit());
  }

  @Test
  void copies_every_length_to_every_alignment_and_nothing_beside() {
    MemorySegment jit = mapped();
    byte[] expected = new byte[96];
    for (int length = 0; length <= 40; length++) {
      for (int at = 8; at < 17; at++) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) (length + at));
        memory.writeJit(jit.asSlice(at, length), MemorySegment.ofArray(bytes));
        System.arraycopy(bytes, 0, expected, at, length);
        assertThat(jit.asSlice(0, 96).toArray(JAVA_BYTE)).isEqualTo(expected);
      }
    }
    memory.release(jit);
  }

  @Test
  void a_write_turns_the_switch_once_makes_the_caches_agree_and_turns_it_back() {
    MemorySegment jit = mapped();
    int before = shim.switches();
    MemorySegment target = jit.asSlice(20, 100);
    memory.writeJit(target, MemorySegment.ofArray(new byte[100]));
    assertThat(shim.switches()).isEqualTo(before + 1);
    assertThat(shim.writers()).isZero();
    assertThat(shim.flushedAtLast(target)).isTrue();
    memory.writeJit(jit.asSlice(0, 0), MemorySegment.ofArray(new byte[0]));
    assertThat(shim.switches()).isEqualTo(before + 1);
    memory.release(jit);
  }

  @Test
  void code_that_is_written_runs_and_so_does_other_code_in_its_place() {
    MemorySegment jit = mapped();
    for (int value = 1; value < 300; value++) {
      byte[] code = SampleCode.returning(value);
      memory.writeJit(jit.asSlice(64, code.length), MemorySegment.ofArray(code));
      memory.synchronizeCores();
      assertThat(shim.execute(jit.asSlice(64))).isEqualTo(value);
    }
    memory.release(jit);
  }

  @Test
  void what_is_copied_may_be_anywhere_under_the_switch_too() {
    MemorySegment jit = mapped();
    byte[] code = SampleCode.returning(7);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment nativeCode = arena.allocate(code.length).copyFrom(MemorySegment.ofArray(code));
      memory.writeJit(jit.asSlice(0, code.length), nativeCode);
    }
    memory.writeJit(jit.asSlice(3, code.length), jit.asSlice(0, code.length));
    assertThat(jit.asSlice(3, code.length).toArray(JAVA_BYTE)).isEqualTo(code);
    memory.release(jit);
  }

  @Test
  void nothing_but_such_memory_is_written_and_none_of_it_otherwise() {
    MemorySegment jit = mapped();
    assertThatIllegalArgumentException().isThrownBy(() -> jit.fill((byte) 1));
    MemorySegment plain = memory.allocate(page, Protection.RW);
    MemorySegment four = MemorySegment.ofArray(new byte[4]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.writeJit(plain.asSlice(0, 4), four))
        .withMessageContaining("private memory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.writeJit(jit.asSlice(0, 5), four))
        .withMessageContaining("4 bytes do not go to 5");
    memory.release(plain);
    memory.release(jit);
    assertThatIllegalStateException().isThrownBy(() -> memory.writeJit(jit.asSlice(0, 4), four));
  }

  @Test
  void memory_under_the_switch_keeps_its_rights() {
    MemorySegment jit = mapped();
    for (Protection protection : Protection.values()) {
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> memory.protect(jit, protection))
          .withMessageContaining("EACCES");
    }
    memory.release(jit);
    for (Protection other : List.of(Protection.NONE, Protection.RW, Protection.RX)) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> memory.allocate(page, other, MappingOptions.NONE.withMapJit()))
          .withMessageContaining(other.toString());
    }
  }

  /** An allocator that is not told takes it, since nothing is writable and executable at once. */
  @Test
  void an_allocator_writes_by_it_and_its_threads_do_not_hinder_each_other() throws Exception {
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build();
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.MAP_JIT);
      assertThat(allocator.statistics().strategyReason()).contains("MAP_JIT only", "two views");
      List<Callable<Void>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int first = 1000 * i;
        workers.add(() -> work(allocator, first));
      }
      for (Future<Void> each : threads.invokeAll(workers)) {
        each.get();
      }
      allocator.verify();
    }
  }

  private Void work(JitAllocator allocator, int first) {
    for (int value = first; value < first + 100; value++) {
      Span span = allocator.allocate(64);
      allocator.write(span, SampleCode.returning(value));
      assertThat(shim.execute(span.entry())).isEqualTo(value);
      try (WriteScope scope = allocator.writeScope()) {
        scope.write(span, 0, MemorySegment.ofArray(SampleCode.returning(-value)));
      }
      assertThat(shim.execute(span.entry())).isEqualTo(-value);
      allocator.release(span);
    }
    return null;
  }

  /** The function that turns the switch is passed to native code, and never called from Java. */
  @Test
  void no_call_can_leave_a_java_thread_in_write_state() {
    memory.release(mapped());
    assertThat(shim.bound())
        .contains("pthread_jit_write_protect_supported_np")
        .doesNotContain(
            "pthread_jit_write_protect_np",
            "pthread_jit_write_with_callback_np",
            "pthread_jit_write_freeze_callbacks_np");
  }

  /** What could be called is data of three classes, and machine code is bound in one. */
  @Test
  void there_is_one_class_that_could_turn_it() {
    JavaClasses classes =
        new ClassFileImporter()
            .importPath(Path.of(System.getProperty("jitmem.top"), "jitmem-macos/target/classes"));
    ArchRuleDefinition.noClasses()
        .that()
        .doNotHaveSimpleName("WriteThunk")
        .should()
        .callMethod(MacosBinder.class, "code", long.class, FunctionDescriptor.class)
        .check(classes);
    ArchRuleDefinition.noClasses()
        .that()
        .doNotHaveSimpleName("WriteThunk")
        .and()
        .doNotHaveSimpleName("MachCalls")
        .should()
        .callMethod(MacosBinder.class, "symbol", String.class)
        .check(classes);
    ArchRuleDefinition.noClasses()
        .that()
        .doNotHaveSimpleName("MachCalls")
        .and()
        .doNotHaveSimpleName("MacosCalls")
        .and()
        .doNotHaveSimpleName("ThreadCalls")
        .should()
        .callMethod(NativeFunction.class, "of", String.class, FunctionDescriptor.class)
        .check(classes);
  }
}
