package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.code.Symbol;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Platform;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners are told of all code, in order, on real pages. */
class CodeListenerTest {
  private static final byte[] CODE = {1, 2, 3, 4};

  /** Writes down what it is told. */
  private static final class Recorder implements CodeListener {
    final List<String> events = new ArrayList<>();

    @Override
    public synchronized void published(PublishedCode code) {
      byte first = code.bytes().get(ValueLayout.JAVA_BYTE, 0);
      events.add("published " + code.range() + " " + code.description().name() + " " + first);
    }

    @Override
    public synchronized void released(CodeRange range) {
      events.add("released " + range);
    }

    @Override
    public synchronized void quarantined(CodeRange range) {
      events.add("quarantined " + range);
    }

    @Override
    public synchronized void reset(CodeRange block) {
      events.add("reset");
    }
  }

  private final Recorder recorder = new Recorder();

  private JitAllocatorBuilder observed(WriteStrategy strategy) {
    return JitAllocator.builder().strategy(strategy).listener(recorder);
  }

  private static String range(Span span) {
    return new CodeRange(span.address(), span.byteSize()).toString();
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void a_span_is_published_and_released(WriteStrategy strategy) {
    try (JitAllocator allocator = observed(strategy).build()) {
      Span span = allocator.allocate(100);
      assertThat(recorder.events).isEmpty();
      allocator.write(span, CODE);
      allocator.release(span);
      allocator.verify();
      assertThat(recorder.events)
          .containsExactly(
              "published " + range(span) + " jitmem_0x" + Long.toHexString(span.address()) + " 1",
              "released " + range(span));
    }
    assertThat(recorder.events.getLast()).isEqualTo("reset");
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void spans_of_a_scope_are_told_one_by_one_though_they_share_pages(WriteStrategy strategy) {
    try (JitAllocator allocator = observed(strategy).build()) {
      Span first;
      Span second;
      try (WriteScope scope = allocator.writeScope()) {
        first = scope.allocate(64);
        second = scope.allocate(64);
        scope.write(first, CODE);
        scope.write(second, CODE);
        scope.write(first, CODE);
        scope.describe(second, CodeDescription.of("second"));
        assertThat(recorder.events).isEmpty();
      }
      allocator.release(first);
      allocator.release(second);
      allocator.verify();
      assertThat(recorder.events)
          .containsExactly(
              "published " + range(first) + " jitmem_0x" + Long.toHexString(first.address()) + " 1",
              "published " + range(second) + " second 1",
              "released " + range(first),
              "released " + range(second));
      assertThat(allocator.statistics().pools().getFirst().heldBytes()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void the_end_that_is_shrunk_away_is_released(WriteStrategy strategy) {
    try (JitAllocator allocator = observed(strategy).build()) {
      Span span = allocator.allocate(100_000);
      allocator.write(span, CODE, CodeDescription.of("long"));
      String whole = range(span);
      long byteSize = span.byteSize();
      allocator.shrink(span, 10_000);
      long rest = byteSize - span.byteSize();
      allocator.release(span);
      allocator.verify();
      assertThat(recorder.events)
          .containsExactly(
              "published " + whole + " long 1",
              "released " + new CodeRange(span.address() + byteSize - rest, rest),
              "released " + range(span));
      assertThat(allocator.statistics().pools().getFirst().heldBytes()).isZero();
    }
  }

  @Test
  void what_goes_into_quarantine_was_released_before() {
    try (JitAllocator allocator = observed(WriteStrategy.DUAL).quarantine(1 << 20).build()) {
      Span span = allocator.allocate(64);
      allocator.release(span);
      assertThat(recorder.events)
          .containsExactly("released " + range(span), "quarantined " + range(span));
    }
  }

  @Test
  void a_reset_is_told_once_a_block() {
    try (JitAllocator allocator = observed(WriteStrategy.DUAL).build()) {
      allocator.write(allocator.allocate(64), CODE);
      allocator.reset(ResetPolicy.SOFT);
      allocator.reset(ResetPolicy.HARD);
      assertThat(recorder.events.subList(1, 3)).containsExactly("reset", "reset");
      assertThat(recorder.events).hasSize(3);
    }
  }

  @Test
  void a_failing_listener_harms_nobody_and_is_reported_once() {
    List<Throwable> reported = new ArrayList<>();
    Thread thread = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((where, failure) -> {
      reported.add(failure);
      throw new IllegalStateException("the handler fails too");
    });
    CodeListener failing =
        new CodeListener() {
          @Override
          public void published(PublishedCode code) {
            throw new StackOverflowError("published");
          }

          @Override
          public void released(CodeRange range) {
            throw new IllegalStateException("released");
          }
        };
    try (JitAllocator allocator =
        JitAllocator.builder().listener(failing).listener(recorder).build()) {
      Span span = allocator.allocate(64);
      allocator.write(span, CODE);
      allocator.release(span);
      allocator.verify();
      assertThat(recorder.events).hasSize(2);
      assertThat(reported).singleElement().isInstanceOf(StackOverflowError.class);
      assertThat(allocator.statistics().pools().getFirst().usedBytes()).isZero();
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
  }

  @Test
  void a_runtime_tells_names_and_functions() {
    List<PublishedCode> published = new ArrayList<>();
    CodeListener listener =
        new CodeListener() {
          @Override
          public void published(PublishedCode code) {
            published.add(code);
          }
        };
    try (JitRuntime runtime = JitRuntime.create(listener)) {
      JitFunction plain = runtime.add(MachineCode.of(CODE));
      JitFunction named = runtime.add(twoFunctions());
      assertThat(published.getFirst().range().address()).isEqualTo(plain.address());
      assertThat(published.getFirst().description()).isEqualTo(CodeDescription.of("code"));
      PublishedCode linked = published.getLast();
      assertThat(linked.range().address()).isEqualTo(named.address());
      assertThat(linked.description().name()).isEqualTo("two.o");
      assertThat(linked.functions())
          .containsExactly(new CodeSymbol("one", 0, 8), new CodeSymbol("two", 8, 0));
      assertThat(linked.description().frames()).isEmpty();
      assertThatThrownBy(() -> linked.bytes().set(ValueLayout.JAVA_BYTE, 0, (byte) 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @SuppressWarnings("restricted") // looks at memory that it has the address of
  void call_frame_information_is_told_with_the_zero_that_ends_it() {
    List<byte[]> frames = new ArrayList<>();
    CodeListener listener =
        new CodeListener() {
          @Override
          public void published(PublishedCode code) {
            CodeRange range = code.description().frames().orElseThrow();
            frames.add(
                MemorySegment.ofAddress(range.address())
                    .reinterpret(range.byteSize())
                    .toArray(ValueLayout.JAVA_BYTE));
          }
        };
    try (JitRuntime runtime = JitRuntime.create(listener)) {
      var builder = MachineCode.builder(Platform.current().architecture().orElseThrow());
      builder.section(Section.code(new byte[16]));
      builder.section(Section.of(Section.Kind.READ_ONLY, new byte[] {9, 9, 9}));
      builder.section(Section.of(Section.Kind.UNWIND, new byte[] {4, 0, 0, 0, 1, 2, 3, 4}));
      runtime.add(builder.build());
    }
    assertThat(frames).singleElement().isEqualTo(new byte[] {4, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0});
  }

  private static MachineCode twoFunctions() {
    var builder = MachineCode.builder(Platform.current().architecture().orElseThrow());
    Section text = builder.section(Section.code(new byte[16]));
    builder.symbol(Symbol.defined("two", text, 8));
    builder.symbol(Symbol.defined("one", text, 0).withByteSize(8));
    return builder.name("two.o").build();
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void no_range_is_published_again_before_its_release_was_told(WriteStrategy strategy)
      throws Exception {
    Map<Long, Long> live = new ConcurrentHashMap<>();
    List<String> wrong = new ArrayList<>();
    CodeListener listener =
        new CodeListener() {
          @Override
          public void published(PublishedCode code) {
            if (live.put(code.range().address(), code.range().byteSize()) != null) {
              note("published twice: " + code.range());
            }
          }

          @Override
          public void released(CodeRange range) {
            // Time for others to take the memory, if they could.
            LockSupport.parkNanos(1_000);
            if (live.remove(range.address()) == null) {
              note("released, but not published: " + range);
            }
          }

          private void note(String fault) {
            synchronized (wrong) {
              wrong.add(fault);
            }
          }
        };
    try (JitAllocator allocator =
            JitAllocator.builder().strategy(strategy).listener(listener).build();
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        runs.add(threads.submit(() -> churn(allocator)));
      }
      for (Future<?> run : runs) {
        run.get();
      }
      allocator.verify();
      assertThat(wrong).isEmpty();
      assertThat(live).isEmpty();
    }
  }

  /** Groups of spans on shared pages, released in any order by whoever made them. */
  private static void churn(JitAllocator allocator) {
    for (int round = 0; round < 300; round++) {
      List<Span> spans = new ArrayList<>();
      try (WriteScope scope = allocator.writeScope()) {
        for (int i = 0; i < 8; i++) {
          Span span = scope.allocate(ThreadLocalRandom.current().nextInt(1, 2_000));
          scope.write(span, CODE);
          spans.add(span);
        }
      }
      while (!spans.isEmpty()) {
        allocator.release(spans.remove(ThreadLocalRandom.current().nextInt(spans.size())));
      }
    }
  }
}
