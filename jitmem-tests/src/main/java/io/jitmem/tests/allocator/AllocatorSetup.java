package io.jitmem.tests.allocator;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A configuration of an allocator, as {@link AllocatorContract} takes it.
 *
 * @param name what failures call it
 * @param options sets the options of a builder that has none yet, but for the backend, which is set
 *     afterwards
 * @param quarantineBytes the quarantine that these options ask for, so that the model knows it
 * @param fills whether these options have unused memory filled, for which there must be memory
 */
public record AllocatorSetup(
    String name, UnaryOperator<JitAllocatorBuilder> options, long quarantineBytes, boolean fills) {
  /**
   * A configuration without quarantine and fill.
   *
   * @param name what failures call it
   * @param options sets the options of a builder
   * @return the configuration
   */
  public static AllocatorSetup of(String name, UnaryOperator<JitAllocatorBuilder> options) {
    return new AllocatorSetup(name, options, 0, false);
  }

  /**
   * Every combination of the options that change where spans lie, when memory is mapped and given
   * back, and how it is written; some thousands, those first that differ in how blocks are mapped.
   * Not every backend serves all: see {@link #isServedBy}.
   *
   * @return the configurations, always in the same order
   */
  public static List<AllocatorSetup> everyCombination() {
    return Combination.all().stream().map(Combination::setup).toList();
  }

  /**
   * Builds the allocator.
   *
   * @param virtMem the backend
   * @return a new allocator
   */
  public JitAllocator build(VirtMem virtMem) {
    return options.apply(JitAllocator.builder()).virtMem(virtMem).build();
  }

  /**
   * Whether a backend has what this configuration needs; found out by a small allocation, which is
   * given back.
   *
   * @param virtMem the backend
   * @return false if it says that it cannot
   */
  public boolean isServedBy(VirtMem virtMem) {
    try (JitAllocator allocator = build(virtMem)) {
      allocator.release(allocator.allocate(1));
      return true;
    } catch (UnsupportedOperationException unable) {
      return false;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
