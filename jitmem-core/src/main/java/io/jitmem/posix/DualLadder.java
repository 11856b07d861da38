package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Maps memory twice by the first way that works, or by the one that is asked for. */
public final class DualLadder {
  /** Two views and the mechanism that made them. */
  public record Mapped(ViewAddresses addresses, String mechanism) {}

  private record Refusal(DualRoute route, RuntimeException cause) {
    Kind kind() {
      return cause instanceof VirtMemException refused ? refused.kind() : Kind.NOT_SUPPORTED;
    }

    @Override
    public String toString() {
      return route.mechanism() + ": " + cause.getMessage();
    }
  }

  private final List<DualRoute> routes;

  /** The ways of a system, in the order in which they are tried. */
  public DualLadder(List<DualRoute> routes) {
    this.routes = List.copyOf(routes);
  }

  /** The names of the ways, in the order in which they are tried. */
  public List<String> mechanisms() {
    return routes.stream().map(DualRoute::mechanism).toList();
  }

  /**
   * Maps memory twice, where the system likes.
   *
   * @throws IllegalArgumentException if a mechanism is asked for that the system does not have
   */
  public Mapped map(long byteSize, MappingOptions options) {
    if (options.mechanism().isPresent()) {
      DualRoute only = named(options.mechanism().get());
      return new Mapped(only.map(byteSize, options), only.mechanism());
    }
    return first(order(options), byteSize, route -> route.map(byteSize, options));
  }

  /** Maps memory over two ranges of reserved address space. */
  public void mapAt(ViewAddresses place, long byteSize) {
    List<DualRoute> able = routes.stream().filter(DualRoute::isForReservations).toList();
    first(
        able,
        byteSize,
        route -> {
          route.mapAt(place, byteSize);
          return place;
        });
  }

  private DualRoute named(String mechanism) {
    return routes.stream()
        .filter(route -> route.mechanism().equals(mechanism))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no mechanism for dual mapping is called '"
                    + mechanism
                    + "'; there are "
                    + String.join(", ", mechanisms())));
  }

  private static Mapped first(
      List<DualRoute> order, long byteSize, Function<DualRoute, ViewAddresses> attempt) {
    List<Refusal> refusals = new ArrayList<>();
    for (DualRoute route : order) {
      try {
        return new Mapped(attempt.apply(route), route.mechanism());
      } catch (VirtMemException | UnsupportedOperationException refused) {
        if (BackingFiles.isLeftBehind(refused)) {
          throw refused;
        }
        refusals.add(new Refusal(route, refused));
      }
    }
    throw allRefused(byteSize, refusals);
  }

  private List<DualRoute> order(MappingOptions options) {
    List<DualRoute> order = new ArrayList<>(routes);
    if (options.preferTemporaryFile()) {
      order.sort(Comparator.comparing(route -> !route.isTemporaryFile()));
    }
    return order;
  }

  private static VirtMemException allRefused(long byteSize, List<Refusal> refusals) {
    VirtMemException failure =
        new VirtMemException(
            refusals.getFirst().kind(),
            "no mechanism maps "
                + byteSize
                + " bytes twice: "
                + refusals.stream().map(Refusal::toString).collect(Collectors.joining("; ")));
    refusals.forEach(refusal -> failure.addSuppressed(refusal.cause()));
    return failure;
  }
}
