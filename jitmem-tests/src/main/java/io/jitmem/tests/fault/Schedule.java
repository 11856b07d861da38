package io.jitmem.tests.fault;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What becomes of the first, second, third call and so on; after the last step all succeed. */
record Schedule(List<Step> steps) {
  static final long FOREVER = Long.MAX_VALUE;

  /**
   * What becomes of some calls in a row.
   *
   * @param calls how many, or {@link #FOREVER}
   */
  record Step(long calls, Outcome outcome) {
    @Override
    public String toString() {
      if (calls == FOREVER) {
        return outcome + "*";
      }
      return calls == 1 ? outcome.toString() : calls + " " + outcome;
    }
  }

  /** What becomes of one call. */
  sealed interface Outcome {
    /** The fault of a call, or empty; always the same for the same number. */
    Optional<Fault> of(long call);
  }

  /** Success. */
  record Pass() implements Outcome {
    @Override
    public Optional<Fault> of(long call) {
      return Optional.empty();
    }

    @Override
    public String toString() {
      return "ok";
    }
  }

  /** Failure. */
  record Fail(Fault fault) implements Outcome {
    @Override
    public Optional<Fault> of(long call) {
      return Optional.of(fault);
    }

    @Override
    public String toString() {
      return "fail " + fault.name();
    }
  }

  /** Failure of so many in a hundred, by chance. */
  record Sometimes(int percent, long seed, Fault fault) implements Outcome {
    @Override
    public Optional<Fault> of(long call) {
      return Long.remainderUnsigned(mixed(seed + call * 0x9e3779b97f4a7c15L), 100) < percent
          ? Optional.of(fault)
          : Optional.empty();
    }

    /** The finaliser of SplitMix64: neighbouring numbers become unrelated ones. */
    private static long mixed(long number) {
      long mixed = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }

    @Override
    public String toString() {
      return "random %d%% seed %d %s".formatted(percent, seed, fault.name());
    }
  }

  Schedule {
    steps = List.copyOf(steps);
  }

  /** The fault of the {@code call}th call, counted from 1. */
  Optional<Fault> at(long call) {
    long left = call;
    for (Step step : steps) {
      if (left <= step.calls()) {
        return step.outcome().of(call);
      }
      left -= step.calls();
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return steps.stream().map(Step::toString).collect(Collectors.joining(" "));
  }
}
