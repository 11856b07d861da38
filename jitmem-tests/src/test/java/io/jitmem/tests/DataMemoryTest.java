package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.data.DataMemory;
import io.jitmem.allocator.data.DataSpan;
import io.jitmem.allocator.data.ReadOnlyBatch;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data beside code: what may be done with it, where it lies, and that it goes. */
class DataMemoryTest {
  private static final long DISTANCE = (2L << 30) - (64L << 20);

  private final VirtMem system = VirtMem.host();

  private static SimulatedVirtMem simulated() {
    return SimulatedVirtMem.builder().backed(256 << 20).build();
  }

  private static Protection protection(long address) {
    return ProcessMaps.at(address).orElseThrow().protection();
  }

  @Test
  void read_write_data_is_zero_and_can_be_written_and_is_never_executable() {
    try (DataMemory data = new DataMemory(system)) {
      DataSpan span = data.allocate(100, 8, Placement.anywhere());
      assertThat(protection(span.address())).isEqualTo(Protection.RW);
      assertThat(span.byteSize()).isEqualTo(100);
      assertThat(span.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      span.memory().fill((byte) 7);
      data.release(span);
      DataSpan kept = data.allocate(100, 8, Placement.anywhere());
      DataSpan again = data.allocate(100, 8, Placement.anywhere());
      assertThat(kept.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      kept.memory().fill((byte) 7);
      data.release(kept);
      assertThat(
              data.allocate(100, 8, Placement.anywhere()).memory().toArray(ValueLayout.JAVA_BYTE))
          .containsOnly(0);
      assertThat(again.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    }
  }

  @Test
  void a_sealed_page_is_read_only_as_long_as_a_span_on_it_lives() {
    try (DataMemory data = new DataMemory(system)) {
      List<DataSpan> spans = new ArrayList<>();
      try (ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
        for (int i = 0; i < 10; i++) {
          spans.add(batch.allocate(100, 16));
          spans.getLast().memory().fill((byte) i);
          assertThat(protection(spans.getLast().address())).isEqualTo(Protection.RW);
        }
        batch.seal();
      }
      DataSpan other = data.allocate(100, 16, Placement.anywhere());
      while (spans.size() > 1) {
        assertThat(spans).allMatch(span -> protection(span.address()) == Protection.R);
        assertThat(spans.getFirst().memory().isReadOnly()).isTrue();
        assertThat(spans.getLast().memory().get(ValueLayout.JAVA_BYTE, 99))
            .isEqualTo((byte) (spans.size() - 1));
        data.release(spans.removeLast());
      }
      long address = spans.getFirst().address();
      data.release(spans.getFirst());
      assertThat(protection(address)).isEqualTo(Protection.NONE);
      assertThat(protection(other.address())).isEqualTo(Protection.RW);
    }
  }

  @Test
  void spans_of_a_batch_share_pages_and_those_of_two_batches_do_not() {
    try (DataMemory data = new DataMemory(system);
        ReadOnlyBatch first = data.readOnly(Placement.anywhere());
        ReadOnlyBatch second = data.readOnly(Placement.anywhere())) {
      long page = system.pages().byteSize();
      DataSpan one = first.allocate(64, 1);
      DataSpan two = first.allocate(64, 1);
      DataSpan three = second.allocate(64, 1);
      assertThat(one.address() / page)
          .isEqualTo(two.address() / page)
          .isNotEqualTo(three.address() / page);
      first.seal();
      assertThat(protection(three.address())).isEqualTo(Protection.RW);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "100, 64", "4096, 4096", "5000, 65536", "70000, 2097152", "9, 2097152"})
  void spans_are_aligned(long byteSize, long alignment) {
    try (DataMemory data = new DataMemory(system);
        ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
      batch.allocate(3, 1);
      data.allocate(3, 1, Placement.anywhere());
      DataSpan readOnly = batch.allocate(byteSize, alignment);
      DataSpan readWrite = data.allocate(byteSize, alignment, Placement.anywhere());
      assertThat(readOnly.address() % alignment).isZero();
      assertThat(readWrite.address() % alignment).isZero();
      assertThat(readOnly.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      assertThat(readWrite.memory().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      batch.seal();
    }
  }

  @Test
  void data_is_near_the_code_that_asks_for_it() {
    try (DataMemory data = new DataMemory(system)) {
      for (long code :
          new long[] {1L << 40, 1L << 44, system.allocate(65536, Protection.R).address()}) {
        DataSpan readWrite = data.allocate(100, 8, DataMemory.near(code));
        DataSpan large = data.allocate(1 << 20, 8, DataMemory.near(code));
        ReadOnlyBatch batch = data.readOnly(DataMemory.near(code));
        DataSpan readOnly = batch.allocate(100, 8);
        batch.seal();
        for (DataSpan span : List.of(readWrite, large, readOnly)) {
          assertThat(Math.abs(span.address() - code)).isLessThan(DISTANCE);
          assertThat(Math.abs(span.address() + span.byteSize() - code)).isLessThan(DISTANCE);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Ability.class,
      names = {"RESERVE", "NEAR_PLACEMENT"})
  void where_the_backend_cannot_place_it_is_anywhere(Ability lacking) {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder().backed(256 << 20).refuse(lacking, "not here").build();
    try (DataMemory data = new DataMemory(memory)) {
      DataSpan readWrite = data.allocate(100, 4096, DataMemory.near(1L << 40));
      DataSpan large = data.allocate(1 << 20, 2 << 20, DataMemory.near(1L << 40));
      ReadOnlyBatch batch = data.readOnly(DataMemory.near(1L << 40));
      DataSpan readOnly = batch.allocate(100, 1 << 16);
      batch.seal();
      assertThat(readWrite.address() % 4096 + large.address() % (2 << 20)).isZero();
      assertThat(memory.protection(readOnly.address())).contains(Protection.R);
      assertThat(memory.protection(readWrite.address())).contains(Protection.RW);
      List.of(readOnly, readWrite, large).forEach(data::release);
      assertThat(data.committedBytes()).isZero();
    }
    memory.requireNothingMapped();
  }

  @Test
  void memory_goes_back_when_pages_are_empty() {
    SimulatedVirtMem memory = simulated();
    try (DataMemory data = new DataMemory(memory)) {
      Random random = new Random(7);
      List<DataSpan> spans = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        spans.add(data.allocate(1 + random.nextInt(40_000), 16, Placement.anywhere()));
        try (ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
          spans.add(batch.allocate(1 + random.nextInt(10_000), 16));
          spans.add(batch.allocate(1 + random.nextInt(10_000), 16));
          batch.seal();
        }
      }
      long used = spans.stream().mapToLong(DataSpan::byteSize).sum();
      assertThat(data.committedBytes())
          .isBetween(used, 2 * used)
          .isEqualTo(memory.committedBytes());
      requireDisjoint(spans);
      spans.forEach(data::release);
      assertThat(data.committedBytes()).isZero();
      assertThat(memory.committedBytes()).isZero();
    }
    memory.requireNothingMapped();
  }

  private static void requireDisjoint(List<DataSpan> spans) {
    List<DataSpan> sorted = new ArrayList<>(spans);
    sorted.sort((a, b) -> Long.compare(a.address(), b.address()));
    for (int i = 1; i < sorted.size(); i++) {
      assertThat(sorted.get(i).address())
          .isGreaterThanOrEqualTo(sorted.get(i - 1).address() + sorted.get(i - 1).byteSize());
    }
  }

  @Test
  void a_batch_that_was_not_sealed_leaves_nothing() {
    SimulatedVirtMem memory = simulated();
    try (DataMemory data = new DataMemory(memory)) {
      DataSpan span;
      try (ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
        span = batch.allocate(100_000, 16);
        DataSpan open = span;
        assertThatIllegalStateException()
            .isThrownBy(() -> data.release(open))
            .withMessageContaining("in a batch that was neither sealed nor closed");
      }
      DataSpan gone = span;
      assertThatIllegalStateException().isThrownBy(gone::memory);
      assertThatIllegalStateException().isThrownBy(() -> data.release(gone));
      assertThat(memory.committedBytes()).isZero();
    }
  }

  @Test
  void misuse_is_refused() {
    DataMemory data = new DataMemory(system);
    try (DataMemory other = new DataMemory(system)) {
      DataSpan span = data.allocate(10, 1, Placement.anywhere());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> other.release(span))
          .withMessageContaining("belongs to another data memory");
      data.release(span);
      assertThatIllegalStateException()
          .isThrownBy(() -> data.release(span))
          .withMessageContaining("was released before");
      assertThatIllegalStateException().isThrownBy(span::memory);
      ReadOnlyBatch batch = data.readOnly(Placement.anywhere());
      batch.seal();
      assertThatIllegalStateException().isThrownBy(batch::seal);
      assertThatIllegalStateException().isThrownBy(() -> batch.allocate(1, 1));
      ReadOnlyBatch open = data.readOnly(Placement.anywhere());
      open.allocate(1, 1);
      data.close();
      data.close();
      open.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> data.allocate(1, 1, Placement.anywhere()))
          .withMessage("the data memory is closed");
      assertThatIllegalStateException().isThrownBy(() -> data.readOnly(Placement.anywhere()));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, (1L << 30) + 1})
  void a_size_out_of_range_is_refused(long byteSize) {
    try (DataMemory data = new DataMemory(system)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> data.allocate(byteSize, 1, Placement.anywhere()))
          .withMessage("data has 1..1073741824 bytes, not " + byteSize);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -8, 3, 4L << 20})
  void an_alignment_out_of_range_is_refused(long alignment) {
    try (DataMemory data = new DataMemory(system)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> data.readOnly(Placement.anywhere()).allocate(1, alignment))
          .withMessage("an alignment is a power of two up to 2097152, not " + alignment);
    }
  }

  private static void program(DataMemory data) {
    Deque<DataSpan> spans = new ArrayDeque<>();
    for (int i = 0; i < 5; i++) {
      spans.add(data.allocate(10_000, 64, DataMemory.near(1L << 20)));
      spans.add(data.allocate(20_000, 8192, Placement.anywhere()));
      try (ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
        spans.add(batch.allocate(5000, 16));
        spans.add(batch.allocate(9000, 16));
        spans.add(batch.allocate(100, 16));
        batch.seal();
      }
    }
    while (!spans.isEmpty()) {
      data.release(spans.removeFirst());
    }
  }

  @Test
  void every_call_of_the_backend_may_fail_and_nothing_stays() {
    FaultyVirtMem whole = new FaultyVirtMem(simulated(), FaultPlan.none());
    try (DataMemory data = new DataMemory(whole)) {
      program(data);
    }
    int refusals = 0;
    for (Operation operation : Operation.values()) {
      for (long call = 1; call <= whole.calls(operation); call++) {
        refusals += requireNothingStays(operation, call) ? 1 : 0;
      }
    }
    assertThat(refusals).isGreaterThan(20);
  }

  private static boolean requireNothingStays(Operation operation, long call) {
    SimulatedVirtMem memory = simulated();
    String ok = call == 1 ? "" : (call - 1) + " ok ";
    FaultyVirtMem faulty =
        new FaultyVirtMem(memory, FaultPlan.parse(operation.word() + ": " + ok + "fail EIO"));
    DataMemory data = new DataMemory(faulty);
    boolean refused = false;
    try {
      program(data);
    } catch (VirtMemException expected) {
      refused = true;
    }
    try {
      program(data);
      data.close();
    } catch (VirtMemException expected) {
      refused = true;
      data.close();
    }
    memory.requireNothingMapped();
    assertThat(faulty.faults()).isEqualTo(1);
    return refused;
  }

  @Test
  void a_seal_that_is_refused_closes_the_batch() {
    SimulatedVirtMem memory = simulated();
    FaultyVirtMem faulty = new FaultyVirtMem(memory, FaultPlan.parse("protect: ok fail EACCES"));
    try (DataMemory data = new DataMemory(faulty);
        ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
      DataSpan first = batch.allocate(5000, 16);
      batch.allocate(50_000, 16);
      assertThatExceptionOfType(VirtMemException.class).isThrownBy(batch::seal);
      assertThatIllegalStateException().isThrownBy(first::memory);
      assertThat(memory.committedBytes()).isZero();
    }
  }

  @Test
  void many_threads_get_spans_of_their_own() throws Exception {
    SimulatedVirtMem memory = simulated();
    try (DataMemory data = new DataMemory(memory);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        byte stamp = (byte) (i + 1);
        workers.add(() -> work(data, stamp));
      }
      for (Future<Void> each : threads.invokeAll(workers)) {
        each.get();
      }
      assertThat(data.committedBytes()).isZero();
    }
    memory.requireNothingMapped();
  }

  private static Void work(DataMemory data, byte stamp) {
    Random random = new Random(stamp);
    Deque<DataSpan> mine = new ArrayDeque<>();
    for (int i = 0; i < 2000; i++) {
      if (mine.size() > 50) {
        release(data, mine.removeFirst(), stamp);
      }
      mine.add(data.allocate(1 + random.nextInt(3000), 16, Placement.anywhere()));
      mine.getLast().memory().fill(stamp);
      try (ReadOnlyBatch batch = data.readOnly(Placement.anywhere())) {
        mine.add(batch.allocate(1 + random.nextInt(3000), 16));
        mine.getLast().memory().fill(stamp);
        batch.seal();
      }
    }
    mine.forEach(span -> release(data, span, stamp));
    return null;
  }

  private static void release(DataMemory data, DataSpan span, byte stamp) {
    assertThat(span.memory().get(ValueLayout.JAVA_BYTE, span.byteSize() - 1)).isEqualTo(stamp);
    data.release(span);
  }
}
