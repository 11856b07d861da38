package io.jitmem.tests.fault;

import io.jitmem.tests.fault.Schedule.Fail;
import io.jitmem.tests.fault.Schedule.Pass;
import io.jitmem.tests.fault.Schedule.Sometimes;
import io.jitmem.tests.fault.Schedule.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which calls of a {@link FaultyVirtMem} fail, and how. Immutable, and the same for every run: even
 * {@code random} depends on its seed and the number of the call only.
 *
 * <p>A plan can be written down:
 *
 * <pre>{@code
 * plan    = [ rule ] { ( ";" | newline ) [ rule ] } ;
 * rule    = ( operation | "any" ) ":" step { step } ;
 * step    = [ count ] outcome | outcome "*" ;
 * outcome = "ok" | "fail" [ fault ] | "random" percent "%" "seed" number [ fault ] ;
 * fault   = "ENOMEM" | "EPERM" | "EACCES" | "EEXIST" | "EINVAL" | "ENFILE" | "EMFILE" | "EFBIG"
 *         | "ENOSPC" | "ENOSYS" | "EIO" | a constant of VirtMemException.Kind ;
 * }</pre>
 *
 * where {@code operation} is the {@linkplain Operation#word() word} of an operation, {@code count}
 * is a number from 1, {@code percent} one from 0 to 100, and numbers have up to 18 digits. Each
 * step says what becomes of one call, of {@code count} calls, or with {@code *} of all that follow;
 * after the last step every call succeeds. A rule for an operation counts the calls of that one;
 * the rule for {@code any} counts all calls, and a call fails if either says so. {@code fail}
 * without a fault means {@code ENOMEM}. Examples:
 *
 * <ul>
 *   <li>{@code allocate: ok ok fail*}: two allocations succeed, and no more.
 *   <li>{@code protect: 3 fail EACCES}: the first three changes of protection are denied.
 *   <li>{@code any: 7 ok fail; releaseDual: random 10% seed 42*}: the eighth call fails, whatever
 *       it is, and one release of two views in ten.
 * </ul>
 */
public final class FaultPlan {
  private static final String ANY = "any";

  private final Map<String, Schedule> rules;

  FaultPlan(Map<String, Schedule> rules) {
    this.rules = new TreeMap<>(rules);
  }

  /**
   * The plan under which nothing fails.
   *
   * @return an empty plan
   */
  public static FaultPlan none() {
    return new FaultPlan(Map.of());
  }

  /**
   * The plan under which one call fails, whatever it is.
   *
   * @param call the number of the call, from 1
   * @param fault what it fails with
   * @return the plan
   * @throws IllegalArgumentException if {@code call} is below 1
   */
  public static FaultPlan nth(long call, Fault fault) {
    return any(after(call, new Step(1, new Fail(fault))));
  }

  /**
   * The plan under which one call and every one after it fail, whatever they are.
   *
   * @param call the number of the first that fails, from 1
   * @param fault what they fail with
   * @return the plan
   * @throws IllegalArgumentException if {@code call} is below 1
   */
  public static FaultPlan from(long call, Fault fault) {
    return any(after(call, new Step(Schedule.FOREVER, new Fail(fault))));
  }

  /**
   * The plan under which calls fail by chance, whatever they are.
   *
   * @param percent how many in a hundred, from 0 to 100
   * @param seed another seed, other calls
   * @param fault what they fail with
   * @return the plan
   * @throws IllegalArgumentException if {@code percent} is outside 0..100
   */
  public static FaultPlan random(int percent, long seed, Fault fault) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException(percent + " percent is not from 0 to 100");
    }
    return any(List.of(new Step(Schedule.FOREVER, new Sometimes(percent, seed, fault))));
  }

  /**
   * Reads a plan that was written down.
   *
   * @param text a plan in the language above
   * @return the plan
   * @throws IllegalArgumentException if it is not one, with the position of the first wrong word
   */
  public static FaultPlan parse(String text) {
    return new FaultPlan(new FaultPlanParser(text).plan());
  }

  /**
   * What becomes of a call.
   *
   * @param operation the operation
   * @param ofIts how many calls of this operation there were, this one included
   * @param ofAll how many calls of any operation there were, this one included
   * @return the fault to raise, or empty if the call goes on
   */
  Optional<Fault> at(Operation operation, long ofIts, long ofAll) {
    return at(operation.word(), ofIts).or(() -> at(ANY, ofAll));
  }

  private Optional<Fault> at(String subject, long call) {
    Schedule schedule = rules.get(subject);
    return schedule == null ? Optional.empty() : schedule.at(call);
  }

  private static FaultPlan any(List<Step> steps) {
    return new FaultPlan(Map.of(ANY, new Schedule(steps)));
  }

  private static List<Step> after(long call, Step last) {
    if (call < 1) {
      throw new IllegalArgumentException("there is no call number " + call + ", the first is 1");
    }
    List<Step> steps = new ArrayList<>();
    if (call > 1) {
      steps.add(new Step(call - 1, new Pass()));
    }
    steps.add(last);
    return steps;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultPlan plan && rules.equals(plan.rules);
  }

  @Override
  public int hashCode() {
    return rules.hashCode();
  }

  /**
   * The plan as it can be read by {@link #parse}.
   *
   * @return a plan in the language above, with rules in the order of their words
   */
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    rules.forEach((subject, schedule) -> texts.add(subject + ": " + schedule));
    return String.join("; ", texts);
  }
}
