package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * The allocator on real memory against the plainest model that can be right: a sorted map from
 * addresses to contents.
 */
class AllocatorModelPropertyTest {
  /** What a step does; {@code at} picks a span of the model, {@code size} is what it says. */
  record Step(Kind kind, int at, int size) {}

  enum Kind {
    ALLOCATE,
    RELEASE,
    RELEASE_ADDRESS,
    RELEASE_AGAIN,
    RELEASE_INSIDE,
    SHRINK,
    WRITE,
    QUERY,
    TRIM
  }

  /** Where blocks and spans are put, and what becomes of released memory. */
  enum Extra {
    NONE,
    RANGE,
    GUARDS,
    RANDOM,
    QUARANTINE,
    ALL;

    boolean has(Extra one) {
      return this == one || this == ALL;
    }

    void apply(JitAllocatorBuilder builder) {
      if (has(RANGE)) {
        builder.range(64 << 20);
      }
      builder.guardPages(has(GUARDS)).quarantine(has(QUARANTINE) ? 5000 : 0);
      if (has(RANDOM)) {
        builder.randomSeed(42);
      }
    }
  }

  private static final class Model {
    final TreeMap<Long, Live> live = new TreeMap<>();
    final List<Span> gone = new ArrayList<>();
    final JitAllocator allocator;
    byte stamp;

    Model(JitAllocator allocator) {
      this.allocator = allocator;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Live(Span span, byte[] contents, int granularity) {}

  @Property(tries = 300)
  void direct(@ForAll("steps") List<Step> steps, @ForAll("options") Options options) {
    run(WriteStrategy.DIRECT, options, steps);
  }

  @Property(tries = 300)
  void dual(@ForAll("steps") List<Step> steps, @ForAll("options") Options options) {
    run(WriteStrategy.DUAL, options, steps);
  }

  @Property(tries = 300)
  void seal(@ForAll("steps") List<Step> steps, @ForAll("options") Options options) {
    run(WriteStrategy.SEAL, options, steps);
  }

  @Property(tries = 100)
  void mapJit(@ForAll("steps") List<Step> steps, @ForAll("options") Options options) {
    Assume.that(!options.extra().has(Extra.RANGE) && !options.extra().has(Extra.GUARDS));
    run(WriteStrategy.MAP_JIT, options, steps);
  }

  /** The options of an allocator, as far as they change where spans lie. */
  record Options(
      int granularity,
      boolean pools,
      boolean fill,
      boolean immediate,
      boolean padding,
      Extra extra) {
    JitAllocatorBuilder builder() {
      JitAllocatorBuilder builder =
          JitAllocator.builder()
              .granularity(pools ? 64 : granularity)
              .multiplePools(pools)
              .fillUnusedMemory(fill)
              .immediateRelease(immediate)
              .initialPadding(padding);
      extra.apply(builder);
      return builder;
    }

    /** In quarantine memory keeps its block. */
    long mostBlocksLeft() {
      if (extra.has(Extra.QUARANTINE)) {
        return Long.MAX_VALUE;
      }
      return immediate ? 0 : pools ? 3 : 1;
    }

    /** With pools, the coarsest that wastes no more than the finest. */
    int granularityOf(int size) {
      int rounded = (size + 63) / 64 * 64;
      if (!pools) {
        return granularity;
      }
      return rounded % 256 == 0 ? 256 : rounded % 128 == 0 ? 128 : 64;
    }
  }

  @Provide
  Arbitrary<Options> options() {
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    return Combinators.combine(
            Arbitraries.of(64, 128, 256),
            either,
            either,
            either,
            either,
            Arbitraries.of(Extra.class))
        .as((granularity, pools, fill, immediate, padding, extra) ->
            new Options(pools ? 64 : granularity, pools, fill, immediate, padding, extra));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> sizes =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(1, 2000)),
            Tuple.of(3, Arbitraries.of(1, 63, 64, 65, 127, 128, 256, 257, 4096)),
            Tuple.of(1, Arbitraries.of(65_472, 65_473, 65_536, 65_537, 300_000)));
    Arbitrary<Kind> kinds =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.just(Kind.ALLOCATE)), Tuple.of(5, Arbitraries.of(Kind.class)));
    return Combinators.combine(kinds, Arbitraries.integers().between(0, 1 << 20), sizes)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(120);
  }

  private static void run(WriteStrategy strategy, Options options, List<Step> steps) {
    JitAllocatorBuilder builder = options.builder().strategy(strategy);
    if (strategy == WriteStrategy.MAP_JIT) {
      builder.virtMem(SimulatedVirtMem.builder().backed(1 << 30).allow(Ability.MAP_JIT).build());
    }
    try (JitAllocator allocator = builder.build()) {
      Model model = new Model(allocator);
      for (Step step : steps) {
        take(model, step, options);
        requireAgreement(model);
      }
      for (Live live : model.live.values()) {
        allocator.release(live.span());
      }
      assertThat(allocator.statistics().usedBytes()).isZero();
      assertThat(allocator.statistics().blockCount()).isLessThanOrEqualTo(options.mostBlocksLeft());
    }
  }

  private static void take(Model model, Step step, Options options) {
    if (step.kind() == Kind.ALLOCATE) {
      allocate(model, step.size(), options.granularityOf(step.size()));
    } else if (step.kind() == Kind.RELEASE_AGAIN && !model.gone.isEmpty()) {
      Span span = model.gone.get(step.at() % model.gone.size());
      assertThatIllegalStateException().isThrownBy(() -> model.allocator.release(span));
    } else if (step.kind() == Kind.TRIM) {
      assertThat(model.allocator.trim()).isNotNegative();
    } else if (!model.live.isEmpty()) {
      Live live = new ArrayList<>(model.live.values()).get(step.at() % model.live.size());
      takeWith(model, live, step);
    }
  }

  private static void takeWith(Model model, Live live, Step step) {
    switch (step.kind()) {
      case RELEASE -> {
        model.allocator.release(live.span());
        forget(model, live);
      }
      case RELEASE_ADDRESS -> {
        model.allocator.release(live.span().address());
        forget(model, live);
      }
      case RELEASE_INSIDE -> {
        long inside = live.span().address() + 1 + step.size() % (live.span().byteSize() - 1);
        assertThatIllegalArgumentException().isThrownBy(() -> model.allocator.release(inside));
      }
      case SHRINK -> shrink(model, live, step.size());
      case WRITE -> rewrite(model, live);
      case QUERY -> query(model, live, step.size());
      default -> {}
    }
  }

  private static void allocate(Model model, int size, int granularity) {
    Span span = model.allocator.allocate(size);
    assertThat(span.byteSize()).isEqualTo(roundUp(size, granularity));
    assertThat(span.address() % granularity).isZero();
    Map.Entry<Long, Live> below = model.live.floorEntry(span.address());
    assertThat(below == null || end(below.getValue()) <= span.address())
        .as("overlap below")
        .isTrue();
    Map.Entry<Long, Live> above = model.live.ceilingEntry(span.address());
    assertThat(above == null || span.address() + span.byteSize() <= above.getKey())
        .as("overlap above")
        .isTrue();
    Live live = new Live(span, new byte[(int) span.byteSize()], granularity);
    model.live.put(span.address(), live);
    write(model, live);
  }

  private static void shrink(Model model, Live live, int size) {
    int target = 1 + size % live.contents().length;
    model.allocator.shrink(live.span(), target);
    assertThat(live.span().byteSize()).isEqualTo(roundUp(target, live.granularity()));
    byte[] kept = Arrays.copyOf(live.contents(), (int) live.span().byteSize());
    model.live.put(live.span().address(), new Live(live.span(), kept, live.granularity()));
  }

  private static void write(Model model, Live live) {
    Arrays.fill(live.contents(), ++model.stamp);
    model.allocator.write(live.span(), live.contents());
  }

  private static void rewrite(Model model, Live live) {
    if (model.allocator.strategy() == WriteStrategy.SEAL) {
      assertThatIllegalStateException()
          .isThrownBy(() -> model.allocator.write(live.span(), live.contents()));
    } else {
      write(model, live);
    }
  }

  private static void query(Model model, Live live, int size) {
    Span found =
        model.allocator.query(live.span().address() + size % live.contents().length).orElseThrow();
    assertThat(found.address()).isEqualTo(live.span().address());
    assertThat(found.byteSize()).isEqualTo(live.span().byteSize());
  }

  private static void forget(Model model, Live live) {
    model.live.remove(live.span().address());
    model.gone.add(live.span());
    assertThat(model.allocator.query(live.span().address())).isEmpty();
  }

  private static void requireAgreement(Model model) {
    model.allocator.verify();
    long used = 0;
    for (Live live : model.live.values()) {
      used += live.contents().length;
      assertThat(live.span().entry().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(live.contents());
    }
    assertThat(model.allocator.statistics().usedBytes()).isEqualTo(used);
    assertThat(model.allocator.statistics().spanCount()).isEqualTo(model.live.size());
    assertThat(model.allocator.statistics().committedBytes())
        .isBetween(used, model.allocator.statistics().reservedBytes());
  }

  private static long end(Live live) {
    return live.span().address() + live.contents().length;
  }

  private static long roundUp(long size, int granularity) {
    return (size + granularity - 1) / granularity * granularity;
  }
}
