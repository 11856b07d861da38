package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMem;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the allocator costs, counted and not timed. */
class AllocatorCostTest {
  /** One object of 32 bytes, and what blocks and growing arrays cost, spread over all of them. */
  @Test
  void an_allocation_makes_one_object() throws Exception {
    // From now on there is a recorder, to which nobody listens.
    new Recording().close();
    try (JitAllocator allocator = JitAllocator.builder().blockSize(64 << 20).build()) {
      Span[] spans = new Span[100_000];
      allocator.release(allocator.allocate(1));
      long before = allocatedBytes();
      for (int i = 0; i < spans.length; i++) {
        spans[i] = allocator.allocate(8 + i % 300);
      }
      long allocated = allocatedBytes() - before;
      assertThat((double) allocated / spans.length).isLessThan(34);
      before = allocatedBytes();
      for (Span span : spans) {
        allocator.release(span);
      }
      long released = allocatedBytes() - before;
      assertThat((double) released / spans.length).isLessThan(2);
    }
  }

  /** By reflection: the bean's type is in a module of the JDK that the tests do not read. */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Object bean =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method method =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    return (long) method.invoke(bean);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 20_000})
  void spans_come_and_go_without_a_call_of_the_system(int live) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DIRECT).build()) {
      Random random = new Random(live);
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < live; i++) {
        spans.add(allocator.allocate(1 + random.nextInt(1000)));
      }
      // Room for what random sizes take more at times.
      allocator.allocate(100_000);
      long before = calls(system);
      for (int i = 0; i < 3000; i++) {
        int victim = random.nextInt(live);
        allocator.release(spans.get(victim));
        spans.set(victim, allocator.allocate(1 + random.nextInt(1000)));
        assertThat(allocator.query(spans.get(victim).address())).isPresent();
      }
      assertThat(calls(system) - before).isLessThanOrEqualTo(1);
    }
  }

  private static long calls(VirtMem mock) {
    return mockingDetails(mock).getInvocations().size();
  }

  /** New memory is put there 64 KiB at a time, however small the writes are. */
  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void new_memory_is_populated_in_few_calls(WriteStrategy strategy) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(system).strategy(strategy).blockSize(1 << 20).build()) {
      for (int i = 0; i < 4000; i++) {
        allocator.write(allocator.allocate(256), new byte[256]);
      }
      long populated =
          mockingDetails(system).getInvocations().stream()
              .filter(call -> call.getMethod().getName().equals("populate"))
              .count();
      assertThat(populated).isEqualTo(16);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void a_million_spans_in_a_range_take_few_mappings_and_no_descriptor(WriteStrategy strategy) {
    int mappings = ProcessMaps.lines().size();
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).range(1 << 30).build()) {
      for (int i = 0; i < 1_000_000; i++) {
        allocator.allocate(8 + i % 1000);
      }
      assertThat(allocator.statistics().spanCount()).isEqualTo(1_000_000);
      assertThat(ProcessMaps.lines().size() - mappings).isLessThan(50);
      assertThat(ProcessMaps.ourDescriptors()).hasSizeLessThanOrEqualTo(1);
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }
}
