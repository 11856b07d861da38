package io.jitmem.virtmem;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What this process can do on this system now, as tried, with the reason for every refusal.
 *
 * @param all every mechanism that the backend knows; those of one ability in the order in which
 *     they are preferred
 */
public record Capabilities(List<Capability> all) {
  /**
   * Copies the list and checks it.
   *
   * @throws IllegalArgumentException if an ability lists one mechanism twice, or an ability is not
   *     mentioned at all
   */
  public Capabilities {
    all = List.copyOf(all);
    Set<List<Object>> seen = new HashSet<>();
    Set<Ability> abilities = new HashSet<>();
    for (Capability capability : all) {
      if (!seen.add(List.of(capability.ability(), capability.mechanism()))) {
        throw new IllegalArgumentException("listed twice: " + capability);
      }
      abilities.add(capability.ability());
    }
    for (Ability ability : Ability.values()) {
      if (!abilities.contains(ability)) {
        throw new IllegalArgumentException("nothing is said of " + ability);
      }
    }
  }

  /**
   * Whether at least one mechanism of an ability works.
   *
   * @param ability the ability
   * @return true if it can be used
   */
  public boolean allows(Ability ability) {
    return of(ability).stream().anyMatch(Capability::available);
  }

  /**
   * The mechanisms of one ability, the preferred first.
   *
   * @param ability the ability
   * @return at least one capability
   */
  public List<Capability> of(Ability ability) {
    return all.stream().filter(capability -> capability.ability() == ability).toList();
  }
}
