package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * No page that holds published code is ever writable: as the kernel lists it, as the backend is
 * asked for, and as it shows in threads that execute the code all the time while others add to its
 * neighbours and close them.
 */
@SuppressWarnings("restricted") // tests call generated code as users do
class SealedPagesTest {
  private static final long MILLIS = Boolean.getBoolean("jitmem.long") ? 60_000 : 5_000;
  private static final int MOST_LIVE = 300;

  /** Published code, which whoever holds it may look at, call or close. */
  private final class Published {
    private final long address;
    private final long byteSize;
    private final MethodHandle handle;
    private final int answer;
    private final Runnable close;

    /** Its maker holds it first. */
    private final AtomicBoolean held = new AtomicBoolean(true);

    Published(long address, long byteSize, int answer, Runnable close) {
      this.address = address;
      this.byteSize = byteSize;
      this.answer = answer;
      this.close = close;
      handle =
          Linker.nativeLinker()
              .downcallHandle(MemorySegment.ofAddress(address), FunctionDescriptor.of(JAVA_INT));
      live.put(address, this);
    }

    boolean hold() {
      return held.compareAndSet(false, true);
    }

    void letGo() {
      held.set(false);
    }

    void call() {
      int got;
      try {
        got = (int) handle.invokeExact();
      } catch (Throwable failure) {
        throw new AssertionError(failure);
      }
      assertThat(got).isEqualTo(answer);
    }

    /** Called by who holds it, for good. */
    void end() {
      live.remove(address);
      close.run();
    }
  }

  private final ConcurrentSkipListMap<Long, Published> live = new ConcurrentSkipListMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicBoolean stop = new AtomicBoolean();

  @Test
  void no_page_that_holds_published_code_is_ever_writable() throws Exception {
    try (JitAllocator allocator =
            JitAllocator.builder().virtMem(watched()).strategy(WriteStrategy.SEAL).build();
        JitRuntime runtime = JitRuntime.over(allocator);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<Long>> all = new ArrayList<>();
      all.add(threads.submit(this::watch));
      all.add(threads.submit(this::execute));
      all.add(threads.submit(adder(runtime, 1)));
      all.add(threads.submit(adder(runtime, 2)));
      Thread.sleep(MILLIS);
      stop.set(true);
      for (Future<Long> each : all) {
        assertThat(each.get()).isPositive();
      }
      live.values().forEach(Published::end);
      allocator.verify();
      assertThat(allocator.statistics().usedBytes()).isZero();
      assertThat(allocator.statistics().heldBytes()).isZero();
    }
  }

  /** A backend that refuses to make a page writable which published code lies on. */
  private VirtMem watched() {
    return (VirtMem)
        Proxy.newProxyInstance(
            VirtMem.class.getClassLoader(),
            new Class<?>[] {VirtMem.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("protect") && arguments[1] != Protection.RX) {
                requireNobodyThere((MemorySegment) arguments[0]);
              }
              try {
                return method.invoke(VirtMem.host(), arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  private void requireNobodyThere(MemorySegment pages) {
    long end = pages.address() + pages.byteSize();
    Map.Entry<Long, Published> below = live.lowerEntry(end);
    boolean there = below != null && below.getKey() + below.getValue().byteSize > pages.address();
    assertThat(there).as("published code at %s", pages).isFalse();
  }

  /** Holds some of what is published and sees what the kernel lists of it. */
  private long watch() {
    long looks = 0;
    while (!stop.get()) {
      List<Published> mine = hold();
      try {
        List<ProcessMaps.Line> lines = ProcessMaps.lines();
        for (Published each : mine) {
          looks += requireExecutableOnly(each, lines);
          each.call();
        }
      } finally {
        mine.forEach(Published::letGo);
      }
    }
    return looks;
  }

  private List<Published> hold() {
    List<Published> mine = new ArrayList<>();
    for (Published each : live.values()) {
      if (mine.size() < MOST_LIVE / 2 && each.hold()) {
        mine.add(each);
      }
    }
    return mine;
  }

  /** Mappings are cut and joined while they are listed, so a page may be missing in a list. */
  private static int requireExecutableOnly(Published code, List<ProcessMaps.Line> lines) {
    int found = 0;
    for (ProcessMaps.Line line : lines) {
      if (line.start() < code.address + code.byteSize && code.address < line.end()) {
        assertThat(line.protection()).as("0x%x", code.address).isEqualTo(Protection.RX);
        found++;
      }
    }
    return found;
  }

  private long execute() {
    long calls = 0;
    Random random = new Random(5);
    while (!stop.get()) {
      Published code = any(random);
      if (code != null) {
        for (int i = 0; i < 100; i++) {
          code.call();
        }
        calls++;
        code.letGo();
      }
    }
    return calls;
  }

  /** One that nobody holds, and that the caller holds from now on, or null. */
  private @Nullable Published any(Random random) {
    Map.Entry<Long, Published> last = live.lastEntry();
    Map.Entry<Long, Published> first = live.firstEntry();
    if (first == null || last == null) {
      return null;
    }
    long at = first.getKey() + (long) (random.nextDouble() * (last.getKey() - first.getKey() + 1));
    Map.Entry<Long, Published> found = live.floorEntry(at);
    return found != null && found.getValue().hold() ? found.getValue() : null;
  }

  private Callable<Long> adder(JitRuntime runtime, int seed) {
    return () -> {
      Random random = new Random(seed);
      long added = 0;
      while (!stop.get()) {
        if (live.size() < MOST_LIVE && random.nextInt(3) > 0) {
          if (random.nextBoolean()) {
            addAlone(runtime);
          } else {
            addTogether(runtime.allocator(), 1 + random.nextInt(40));
          }
          added++;
        } else {
          Published code = any(random);
          if (code != null) {
            code.end();
          }
        }
      }
      return added;
    };
  }

  private void addAlone(JitRuntime runtime) {
    int number = numbers.incrementAndGet();
    JitFunction function = runtime.add(MachineCode.of(SampleCode.returning(number)));
    tryOut(new Published(function.address(), function.byteSize(), number, function::close));
  }

  private static void tryOut(Published code) {
    code.call();
    code.letGo();
  }

  private void addTogether(JitAllocator allocator, int count) {
    List<Span> spans = new ArrayList<>();
    List<Integer> answers = new ArrayList<>();
    try (WriteScope scope = allocator.writeScope()) {
      for (int i = 0; i < count; i++) {
        answers.add(numbers.incrementAndGet());
        spans.add(scope.allocate(64 + 64 * (i % 5)));
        scope.write(spans.getLast(), SampleCode.returning(answers.getLast()));
      }
    }
    for (int i = 0; i < count; i++) {
      Span span = spans.get(i);
      Runnable release = () -> allocator.release(span);
      tryOut(new Published(span.address(), span.byteSize(), answers.get(i), release));
    }
  }

  @Test
  void under_a_policy_that_lets_no_page_gain_execution_sealing_is_refused_and_not_chosen()
      throws Exception {
    MdweChild.Answers answers = MdweChild.run();
    assertThat(answers.sealed())
        .startsWith("PERMISSION_DENIED mprotect(")
        .contains("EACCES (13)")
        .contains("PR_SET_MDWE");
    assertThat(answers.chosen()).startsWith("DUAL 42");
  }
}
