package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Priority;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What recordings of this JVM say of allocators on real pages. */
class FlightRecorderTest {
  private static final byte[] CODE = SampleCode.ADD;
  private static final Map<String, String> DEFAULTS = Map.of();
  private static final Map<String, String> SPANS =
      Map.of("io.jitmem.SpanAllocated#enabled", "true", "io.jitmem.SpanReleased#enabled", "true");

  private String name = "";

  @BeforeEach
  void name_after_the_test(TestInfo test) {
    name = test.getDisplayName();
  }

  private JitAllocatorBuilder builder() {
    return JitAllocator.builder().name(name);
  }

  /** What is recorded of an allocator from its making to its end. */
  private Recorded recorded(
      JitAllocatorBuilder builder, Map<String, String> settings, Consumer<JitAllocator> use)
      throws Exception {
    return Recorded.during(
        name,
        settings,
        () -> {
          try (JitAllocator allocator = builder.build()) {
            use.accept(allocator);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void a_block_is_told_when_it_comes_and_when_it_goes(WriteStrategy strategy) throws Exception {
    List<Long> addresses = new ArrayList<>();
    Recorded recorded =
        recorded(
            builder().strategy(strategy).granularity(128).initialPadding(false),
            DEFAULTS,
            allocator -> addresses.add(allocator.allocate(100).address()));
    for (String type : List.of("BlockReserved", "BlockReleased")) {
      RecordedEvent block = recorded.only(type);
      assertThat(block.getLong("address")).isEqualTo(addresses.getFirst());
      assertThat(block.getLong("size")).isEqualTo(64 << 10);
      assertThat(block.getInt("granularity")).isEqualTo(128);
      assertThat(block.getString("strategy")).isEqualTo(strategy.name());
      assertThat(block.getBoolean("largePages")).isFalse();
      assertThat(block.getDuration()).isPositive();
      assertThat(block.getThread().getJavaName()).isEqualTo(Thread.currentThread().getName());
      assertThat(block.getStackTrace().getFrames())
          .anyMatch(frame ->
              frame.getMethod().getName().startsWith("a_block_is_told")
                  || frame.getMethod().getType().getName().equals(getClass().getName()));
    }
  }

  @Test
  void statistics_are_those_of_the_allocator_at_the_end() throws Exception {
    List<AllocatorStatistics> statistics = new ArrayList<>();
    List<Double> pressure = new ArrayList<>();
    JitAllocator allocator =
        builder()
            .strategy(WriteStrategy.DUAL)
            .multiplePools(true)
            .limit(8 << 20)
            .headroom(1 << 20)
            .quarantine(10_000)
            .build();
    try {
      Recorded recorded =
          Recorded.during(
              name,
              DEFAULTS,
              () -> {
                List<Span> spans = new ArrayList<>();
                for (int i = 1; i < 100; i++) {
                  spans.add(allocator.allocate(64L * i));
                }
                spans.subList(0, 20).forEach(allocator::release);
                assertThatExceptionOfType(CapacityException.class)
                    .isThrownBy(() -> allocator.allocate(16 << 20));
                statistics.add(allocator.statistics());
                pressure.add(allocator.pressure());
              });
      assertAgree(
          recorded.of("HeapStatistics").getLast(), statistics.getFirst(), pressure.getFirst());
      assertThat(recorded.of("HeapStatistics").getFirst().getLong("spans")).isZero();
      assertThat(recorded.of("AllocatorInformation").getLast().getString("strategyReason"))
          .isEqualTo(statistics.getFirst().strategyReason());
    } finally {
      allocator.close();
    }
  }

  private static void assertAgree(
      RecordedEvent event, AllocatorStatistics statistics, double pressure) {
    assertThat(event.getString("strategy")).isEqualTo(statistics.strategy().name());
    assertThat(event.getLong("blocks")).isEqualTo(statistics.blockCount()).isPositive();
    assertThat(event.getLong("spans")).isEqualTo(statistics.spanCount()).isEqualTo(79);
    assertThat(event.getLong("usedBytes")).isEqualTo(statistics.usedBytes()).isPositive();
    assertThat(event.getLong("heldBytes")).isEqualTo(statistics.heldBytes()).isPositive();
    assertThat(event.getLong("reservedBytes")).isEqualTo(statistics.reservedBytes()).isPositive();
    assertThat(event.getLong("committedBytes")).isEqualTo(statistics.committedBytes()).isPositive();
    assertThat(event.getLong("overheadBytes")).isEqualTo(statistics.overheadBytes()).isPositive();
    assertThat(event.getDouble("usedRatio")).isEqualTo(statistics.usedRatio(), within(1e-9));
    assertThat(event.getDouble("unusedRatio")).isEqualTo(statistics.unusedRatio(), within(1e-9));
    assertThat(event.getDouble("overheadRatio"))
        .isEqualTo(statistics.overheadRatio(), within(1e-9));
    assertThat(event.getLong("limitBytes")).isEqualTo(statistics.limitBytes());
    assertThat(event.getLong("headroomBytes")).isEqualTo(statistics.headroomBytes());
    assertThat(event.getLong("largePageBlocks")).isEqualTo(statistics.largePageBlockCount());
    assertThat(event.getLong("largePageFallbacks")).isEqualTo(statistics.largePageFallbackCount());
    assertThat(event.getDouble("pressure")).isEqualTo(pressure, within(1e-9)).isPositive();
    assertThat(event.getLong("refusals")).isEqualTo(1);
  }

  @Test
  void statistics_try_nothing_with_the_system_and_know_of_no_limit() throws Exception {
    try (JitAllocator allocator = builder().build()) {
      RecordedEvent event =
          Recorded.during(name, DEFAULTS, allocator::isClosed).of("HeapStatistics").getLast();
      assertThat(event.getString("strategy")).isEmpty();
      assertThat(event.getLong("limitBytes")).isEqualTo(Long.MIN_VALUE);
      assertThat(event.getLong("blocks")).isZero();
    }
  }

  @Test
  void statistics_come_in_the_period_that_is_asked_for() throws Exception {
    try (JitAllocator allocator = builder().build()) {
      Recorded recorded =
          Recorded.during(
              name,
              Map.of("io.jitmem.HeapStatistics#period", "100 ms"),
              () -> waitMilliseconds(1_500, allocator));
      assertThat(recorded.of("HeapStatistics")).hasSizeGreaterThan(4);
    }
  }

  /** Time is what is tested; the wait is on nothing that could end it. */
  private static void waitMilliseconds(long milliseconds, JitAllocator allocator) {
    synchronized (allocator) {
      try {
        allocator.wait(milliseconds);
      } catch (InterruptedException impossible) {
        throw new AssertionError(impossible);
      }
    }
  }

  @Test
  void spans_are_not_told_unless_that_is_asked_for() throws Exception {
    Recorded recorded =
        recorded(builder(), DEFAULTS, allocator -> allocator.release(allocator.allocate(100)));
    assertThat(recorded.of("SpanAllocated")).isEmpty();
    assertThat(recorded.of("SpanReleased")).isEmpty();
    assertThat(recorded.of("BlockReserved")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void spans_are_told_however_they_come_and_go(WriteStrategy strategy) throws Exception {
    List<Long> addresses = new ArrayList<>();
    Recorded recorded =
        recorded(
            builder().strategy(strategy),
            SPANS,
            allocator -> {
              Span plain = allocator.allocate(100);
              Span first;
              Span second;
              try (WriteScope scope = allocator.writeScope()) {
                first = scope.allocate(200);
                second = scope.allocate(300);
                scope.write(first, CODE);
                scope.write(second, CODE);
              }
              List.of(plain, first, second).forEach(span -> addresses.add(span.address()));
              allocator.release(plain);
              allocator.release(first.address());
              allocator.shrink(second, 0);
            });
    for (String type : List.of("SpanAllocated", "SpanReleased")) {
      List<RecordedEvent> spans = recorded.of(type);
      assertThat(spans).extracting(span -> span.getLong("address")).isEqualTo(addresses);
      assertThat(spans).extracting(span -> span.getLong("size")).containsExactly(128L, 256L, 320L);
      assertThat(spans).allMatch(span -> span.getInt("granularity") == 64);
    }
  }

  @Test
  void spans_below_the_threshold_are_not_told() throws Exception {
    Map<String, String> settings =
        Map.of(
            "io.jitmem.SpanAllocated#enabled", "true",
            "io.jitmem.SpanAllocated#threshold", "1 h",
            "io.jitmem.SpanReleased#enabled", "true");
    Recorded recorded =
        recorded(builder(), settings, allocator -> allocator.release(allocator.allocate(100)));
    assertThat(recorded.of("SpanAllocated")).isEmpty();
    assertThat(recorded.of("SpanReleased")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(value = WriteStrategy.class, names = "MAP_JIT", mode = EnumSource.Mode.EXCLUDE)
  void a_publication_is_told_with_what_was_in_it(WriteStrategy strategy) throws Exception {
    Recorded recorded =
        recorded(
            builder().strategy(strategy),
            DEFAULTS,
            allocator -> {
              allocator.write(allocator.allocate(100), new byte[10]);
              try (WriteScope scope = allocator.writeScope()) {
                Span twice = scope.allocate(100);
                scope.write(twice, new byte[20]);
                scope.write(twice, new byte[20]);
                scope.write(scope.allocate(100), new byte[30]);
              }
              allocator.writeScope().close();
            });
    List<RecordedEvent> publications = recorded.of("CodePublication");
    assertThat(publications).extracting(event -> event.getInt("spans")).containsExactly(1, 2);
    assertThat(publications).extracting(event -> event.getLong("bytes")).containsExactly(10L, 70L);
    assertThat(publications)
        .allMatch(event -> event.getString("strategy").equals(strategy.name()))
        .noneMatch(event -> event.getBoolean("coresSynchronized"))
        .allMatch(event -> event.getDuration().isPositive());
  }

  @Test
  void a_publication_where_code_was_before_has_synchronized_the_cores() throws Exception {
    Recorded recorded =
        recorded(
            builder().strategy(WriteStrategy.DUAL),
            DEFAULTS,
            allocator -> {
              Span span = allocator.allocate(100);
              allocator.write(span, CODE);
              allocator.write(span, CODE);
            });
    assertThat(recorded.of("CodePublication"))
        .extracting(event -> event.getBoolean("coresSynchronized"))
        .containsExactly(false, true);
  }

  @Test
  void a_refusal_by_the_limit_has_the_words_of_the_exception() throws Exception {
    List<CapacityException> refusals = new ArrayList<>();
    Recorded recorded =
        recorded(
            builder().limit(1 << 20),
            DEFAULTS,
            allocator -> {
              allocator.allocate(1000);
              refusals.add(
                  catchThrowableOfType(
                      CapacityException.class, () -> allocator.allocate(2_000_000)));
              assertThat(allocator.refusalCount()).isEqualTo(1);
            });
    RecordedEvent event = recorded.only("Refusal");
    assertThat(event.getString("request")).isEqualTo("span");
    assertThat(event.getLong("size")).isEqualTo(2_000_000);
    assertThat(event.getString("kind")).isEqualTo("LIMIT");
    assertThat(event.getString("reason")).isEqualTo(refusals.getFirst().getMessage());
  }

  @Test
  void refusals_by_the_system_have_its_kind() throws Exception {
    VirtMem refusing = new FaultyVirtMem(VirtMem.host(), FaultPlan.parse("synchronize: fail"));
    Recorded recorded =
        recorded(
            builder().virtMem(refusing).strategy(WriteStrategy.DUAL),
            DEFAULTS,
            allocator -> {
              Span span = allocator.allocate(100);
              allocator.write(span, CODE);
              assertThatExceptionOfType(VirtMemException.class)
                  .isThrownBy(() -> allocator.write(span, CODE));
            });
    RecordedEvent event = recorded.only("Refusal");
    assertThat(event.getString("request")).isEqualTo("write");
    assertThat(event.getLong("size")).isEqualTo(CODE.length);
    assertThat(event.getString("kind")).isEqualTo(VirtMemException.Kind.OUT_OF_MEMORY.name());
  }

  @Test
  void a_wrong_argument_is_no_refusal() throws Exception {
    Recorded recorded =
        recorded(
            builder(),
            DEFAULTS,
            allocator ->
                assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> allocator.allocate(0)));
    assertThat(recorded.of("Refusal")).isEmpty();
  }

  @Test
  void pressure_is_told_where_there_is_a_limit() throws Exception {
    Recorded recorded =
        recorded(
            builder().limit(128 << 10).headroom(64 << 10),
            DEFAULTS,
            allocator -> {
              allocator.allocate(60_000);
              allocator.allocate(30_000, Priority.MUST_SUCCEED);
              assertThatExceptionOfType(CapacityException.class)
                  .isThrownBy(() -> allocator.allocate(30_000));
            });
    List<RecordedEvent> events = recorded.of("Pressure");
    assertThat(events)
        .extracting(event -> event.getString("cause"))
        .containsExactly("block reserved", "block reserved", "headroom used", "refused");
    RecordedEvent last = events.getLast();
    assertThat(last.getLong("limitBytes")).isEqualTo(128 << 10);
    assertThat(last.getLong("headroomBytes")).isEqualTo(64 << 10);
    assertThat(last.getLong("usedBytes")).isEqualTo(60_032 + 30_016);
    assertThat(last.getLong("reservedBytes")).isEqualTo(128 << 10);
    assertThat(last.getDouble("pressure")).isEqualTo(60_032 / 65_536.0, within(1e-9));
  }

  @Test
  void several_allocators_are_told_apart() throws Exception {
    try (JitAllocator first = JitAllocator.create();
        JitAllocator second = JitAllocator.create()) {
      assertThat(first.name()).matches("allocator-[0-9]+").isNotEqualTo(second.name());
      Recorded recorded = Recorded.during(second.name(), DEFAULTS, () -> second.allocate(1));
      RecordedEvent block = recorded.only("BlockReserved");
      assertThat("allocator-" + block.getLong("allocator")).isEqualTo(second.name());
      assertThat(Recorded.during(first.name(), DEFAULTS, () -> {}).of("HeapStatistics"))
          .isNotEmpty();
    }
  }

  @Test
  void a_name_is_not_empty() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> JitAllocator.builder().name(""))
        .withMessage("the name of an allocator is not empty");
  }

  @Test
  void a_closed_allocator_is_not_told_of_any_more() throws Exception {
    JitAllocator allocator = builder().build();
    assertThat(Recorded.during(name, DEFAULTS, () -> {}).of("HeapStatistics")).isNotEmpty();
    allocator.close();
    assertThat(Recorded.during(name, DEFAULTS, () -> {}).events()).isEmpty();
  }

  @Test
  void a_forgotten_allocator_is_not_kept_alive() throws Exception {
    forget();
    Recorded last = Recorded.during(name, DEFAULTS, System::gc);
    for (int attempt = 0; attempt < 50 && !last.events().isEmpty(); attempt++) {
      last = Recorded.during(name, DEFAULTS, System::gc);
    }
    assertThat(Recorded.during(name, DEFAULTS, () -> {}).events()).isEmpty();
  }

  /** It has no block, so nothing of the system's is lost. */
  private void forget() throws Exception {
    JitAllocator forgotten = builder().build();
    assertThat(Recorded.during(name, DEFAULTS, forgotten::isClosed).of("HeapStatistics"))
        .isNotEmpty();
  }
}
