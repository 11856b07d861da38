package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The contract finds a backend out that breaks one promise and keeps all others. */
class ContractTest {
  /** What a backend answers instead of the truth. */
  private interface Answer {
    @Nullable Object to(SimulatedVirtMem honest, Object[] arguments);
  }

  /** A promise that is broken, and the test that must fail then. */
  record Lie(String test, String method, Answer answer) {
    @Override
    public String toString() {
      return method + " is found out by " + test;
    }
  }

  /** The contract on whichever backend is to be tried. */
  static class OnTrial extends VirtMemContract {
    private static @Nullable VirtMem memory;
    private static @Nullable SimulatedVirtMem honest;

    @Override
    protected VirtMem virtMem() {
      return Objects.requireNonNull(memory);
    }

    @Override
    protected AccessProbe probe() {
      return Objects.requireNonNull(honest).probe();
    }

    @Override
    protected long mappedBytes() {
      return Objects.requireNonNull(honest).mappedBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("lies")
  void finds_out_a_backend_that_breaks_a_promise(Lie lie) {
    assertThat(passes(lie.test(), honest -> honest)).as("the honest backend").isTrue();
    assertThat(passes(lie.test(), honest -> liar(honest, lie))).as("the liar").isFalse();
  }

  static Stream<Lie> lies() {
    return Stream.of(
        new Lie(
            "changes_the_protection_of_a_part_and_keeps_the_contents",
            "protect",
            (honest, arguments) -> null),
        new Lie(
            "ends_the_life_of_a_segment_when_it_is_released",
            "release",
            (honest, arguments) -> null),
        new Lie("gives_everything_back", "release", (honest, arguments) -> null),
        new Lie(
            "refuses_a_size_that_is_not_whole_pages",
            "allocate",
            (honest, arguments) -> honest.allocate(4 * 4096, Protection.RW)),
        new Lie(
            "maps_zeroed_memory_of_the_size_asked_for_at_an_aligned_address",
            "allocate",
            (honest, arguments) ->
                honest.allocate((long) arguments[0], Protection.RW).fill((byte) 1)),
        new Lie(
            "enforces_each_protection_that_it_claims_to_give",
            "allocate",
            (honest, arguments) -> honest.allocate((long) arguments[0], Protection.RW)),
        new Lie(
            "bounds_later_protections_or_refuses_to",
            "allocate",
            (honest, arguments) -> honest.allocate((long) arguments[0], (Protection) arguments[1])),
        new Lie(
            "refuses_more_than_the_address_space_has_and_says_so",
            "allocate",
            (honest, arguments) -> {
              throw new VirtMemException(Kind.OTHER, "no room for " + arguments[0]);
            }),
        new Lie(
            "maps_twice_by_each_mechanism_exactly_if_it_says_so",
            "allocateDual",
            (honest, arguments) -> honest.allocateDual((long) arguments[0])),
        new Lie(
            "shows_the_same_bytes_at_both_addresses_of_a_dual_mapping",
            "allocateDual",
            (honest, arguments) ->
                new DualMapping(
                    honest.allocate((long) arguments[0], Protection.RX),
                    honest.allocate((long) arguments[0], Protection.RW),
                    "two memories")),
        new Lie("discards_exactly_if_it_says_so", "discard", (honest, arguments) -> null),
        new Lie(
            "populates_pages_and_keeps_what_they_hold_and_allow",
            "populate",
            (honest, arguments) -> ((MemorySegment) arguments[0]).fill((byte) 0)),
        new Lie(
            "places_reservations_within_the_distance_exactly_if_it_says_so",
            "reserve",
            (honest, arguments) -> farthest(honest, (long) arguments[0])),
        new Lie(
            "commits_anew_with_zeros_and_leaves_the_other_pages_alone",
            "decommit",
            (honest, arguments) -> null),
        new Lie(
            "sums_its_capabilities_up",
            "hardenedRuntime",
            (honest, arguments) -> new HardenedRuntime(true, true, true)),
        new Lie(
            "gives_memory_that_is_writable_and_executable_exactly_if_it_says_so",
            "capabilities",
            (honest, arguments) -> denying(Ability.RWX, honest.capabilities())),
        new Lie(
            "turns_written_memory_into_executable_memory_if_it_claims_to",
            "capabilities",
            (honest, arguments) -> denying(Ability.RW_TO_RX, honest.capabilities())),
        new Lie(
            "reserves_exactly_if_it_says_so",
            "capabilities",
            (honest, arguments) -> denying(Ability.RESERVE, honest.capabilities())),
        new Lie(
            "flushes_and_synchronises_exactly_if_it_says_so",
            "synchronizeCores",
            (honest, arguments) -> {
              throw new UnsupportedOperationException("not today");
            }),
        new Lie(
            "serves_many_threads_at_once_and_leaves_nothing",
            "protect",
            (honest, arguments) -> honest.allocate(4096, Protection.RW)));
  }

  /** Reserves far from what is mapped, wherever it should lie. */
  private static MemorySegment farthest(SimulatedVirtMem honest, long byteSize) {
    MemorySegment between =
        honest.reserve((1L + honest.liveMappings()) << 30, Placement.anywhere());
    MemorySegment reserved = honest.reserve(byteSize, Placement.anywhere());
    honest.release(between);
    return reserved;
  }

  private static Capabilities denying(Ability ability, Capabilities found) {
    List<Capability> all =
        found.all().stream()
            .map(each ->
                each.ability() == ability
                    ? Capability.unavailable(ability, each.mechanism(), "denied")
                    : each)
            .toList();
    return new Capabilities(all);
  }

  /** A backend that is honest but for one method. */
  private static VirtMem liar(SimulatedVirtMem honest, Lie lie) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (isShorthand(method)) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
          }
          return method.getName().equals(lie.method())
              ? lie.answer().to(honest, arguments)
              : honestly(honest, method, arguments);
        };
    return (VirtMem)
        Proxy.newProxyInstance(
            VirtMem.class.getClassLoader(), new Class<?>[] {VirtMem.class}, handler);
  }

  /** Whether a method calls another one of the same name with options. */
  private static boolean isShorthand(Method method) {
    return method.getName().startsWith("allocate")
        && !List.of(method.getParameterTypes()).contains(MappingOptions.class);
  }

  private static @Nullable Object honestly(
      SimulatedVirtMem honest, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(honest, arguments);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause();
    }
  }

  private static boolean passes(String test, Function<SimulatedVirtMem, VirtMem> wrapper) {
    SimulatedVirtMem honest =
        SimulatedVirtMem.builder().backed(4L << 30).boundsProtections(true).build();
    OnTrial.honest = honest;
    OnTrial.memory = wrapper.apply(honest);
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(OnTrial.class, test))
                .build(),
            listener);
    assertThat(listener.getSummary().getTestsStartedCount()).isEqualTo(1);
    return listener.getSummary().getTestsSucceededCount() == 1;
  }
}
