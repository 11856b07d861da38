package io.jitmem.tests.simulated;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.PageInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a simulated system has, fixed once it is built.
 *
 * @param name its name
 * @param pages its units
 * @param refusals why it lacks an ability, for each that it lacks
 * @param mechanisms the ways to map memory twice, the preferred first, each with the reason why it
 *     does not work, or with the empty string
 * @param memoryByteSize how much memory there is
 * @param boundsProtections whether a mapping may have a maximum protection
 * @param populates whether memory can be put behind pages before they are touched
 * @param listsCallTargets whether branches are guarded by a list of the places where they may enter
 */
record SimulatedSystem(
    String name,
    PageInfo pages,
    Map<Ability, String> refusals,
    Map<String, String> mechanisms,
    long memoryByteSize,
    boolean boundsProtections,
    boolean populates,
    boolean listsCallTargets) {
  private static final String MECHANISM = "simulated";

  /** Why an ability is lacking, or empty if it is not. */
  Optional<String> refusal(Ability ability) {
    return Optional.ofNullable(refusals.get(ability));
  }

  boolean allows(Ability ability) {
    return !refusals.containsKey(ability);
  }

  /** Refuses in the name of an ability that is lacking. */
  void require(Ability ability) {
    String reason = refusals.get(ability);
    if (reason != null) {
      throw new UnsupportedOperationException(name + ": " + ability.summary() + ": " + reason);
    }
  }

  /**
   * The mechanism that a request for two views gets: the one asked for, or the first that works.
   */
  String mechanism(Optional<String> asked, boolean preferTemporaryFile) {
    require(Ability.DUAL_MAPPING);
    if (asked.isPresent()) {
      return requireWorking(asked.get());
    }
    if (preferTemporaryFile && "".equals(mechanisms.get(SimulatedVirtMem.TEMPORARY_FILE))) {
      return SimulatedVirtMem.TEMPORARY_FILE;
    }
    return mechanisms.entrySet().stream()
        .filter(mechanism -> mechanism.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(
            () -> new UnsupportedOperationException(name + ": no mechanism works: " + mechanisms));
  }

  private String requireWorking(String mechanism) {
    String reason = mechanisms.get(mechanism);
    if (reason == null) {
      throw new IllegalArgumentException(
          "'" + mechanism + "' is none of the mechanisms " + mechanisms.keySet());
    }
    if (!reason.isEmpty()) {
      throw new UnsupportedOperationException(name + ": " + mechanism + ": " + reason);
    }
    return mechanism;
  }

  Capabilities capabilities() {
    List<Capability> all = new ArrayList<>();
    for (Ability ability : Ability.values()) {
      if (ability == Ability.DUAL_MAPPING && !mechanisms.isEmpty()) {
        mechanisms.forEach((mechanism, reason) ->
            all.add(capability(ability, mechanism, refusals.getOrDefault(ability, reason))));
      } else {
        all.add(capability(ability, MECHANISM, refusals.getOrDefault(ability, "")));
      }
    }
    return new Capabilities(all);
  }

  private static Capability capability(Ability ability, String mechanism, String reason) {
    return new Capability(ability, mechanism, reason.isEmpty(), reason);
  }
}
