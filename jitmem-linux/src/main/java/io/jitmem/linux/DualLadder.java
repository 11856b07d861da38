package io.jitmem.linux;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.posix.FileViews;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Maps memory twice by the first mechanism that works, or by the one that is asked for. */
final class DualLadder {
  /** Two views and the mechanism that made them. */
  record Mapped(ViewAddresses addresses, DualMechanism mechanism) {}

  private record Refusal(DualMechanism mechanism, RuntimeException cause) {
    Kind kind() {
      return cause instanceof VirtMemException refused ? refused.kind() : Kind.NOT_SUPPORTED;
    }

    @Override
    public String toString() {
      return mechanism.text() + ": " + cause.getMessage();
    }
  }

  private final DualMapper mapper;

  DualLadder(DualMapper mapper) {
    this.mapper = mapper;
  }

  Mapped map(long byteSize, MappingOptions options) {
    if (options.mechanism().isPresent()) {
      DualMechanism only = DualMechanism.named(options.mechanism().get());
      return new Mapped(mapper.map(only, byteSize, options), only);
    }
    return first(order(options), byteSize, mechanism -> mapper.map(mechanism, byteSize, options));
  }

  /** Maps the first file that can be had, in a way of the caller's. */
  void mapFile(long byteSize, FileViews views) {
    List<DualMechanism> files =
        Arrays.stream(DualMechanism.values()).filter(DualMechanism::isFile).toList();
    first(
        files,
        byteSize,
        mechanism -> mapper.mapFile(mechanism, byteSize, MappingOptions.NONE, views));
  }

  private static Mapped first(
      List<DualMechanism> order, long byteSize, Function<DualMechanism, ViewAddresses> attempt) {
    List<Refusal> refusals = new ArrayList<>();
    for (DualMechanism mechanism : order) {
      try {
        return new Mapped(attempt.apply(mechanism), mechanism);
      } catch (VirtMemException | UnsupportedOperationException refused) {
        refusals.add(new Refusal(mechanism, refused));
      }
    }
    throw allRefused(byteSize, refusals);
  }

  private static List<DualMechanism> order(MappingOptions options) {
    List<DualMechanism> order = new ArrayList<>(Arrays.asList(DualMechanism.values()));
    if (options.preferTemporaryFile()) {
      order.sort(Comparator.comparing(mechanism -> !mechanism.isTemporaryFile()));
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
