package io.jitmem.cpu;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A CPU, for programs that make code for it: its architecture and what it can do. Immutable.
 *
 * <p>A feature is there if the CPU has it and the system lets programs use it: where the system
 * does not save the registers of AVX-512, no subset of it is there.
 *
 * <p>{@code host} is written under the class's lock.
 */
public final class Cpu {
  private static volatile @Nullable Cpu host;

  private final Architecture architecture;
  private final Set<CpuFeature> features;
  private final @Nullable CpuModel model;

  Cpu(Architecture architecture, Set<? extends CpuFeature> features, @Nullable CpuModel model) {
    this.architecture = architecture;
    this.features = Collections.unmodifiableSet(new LinkedHashSet<>(features));
    this.model = model;
  }

  /**
   * The CPU that this JVM runs on. It is asked once, on the first call: on x86-64 by a few
   * instructions that are put into executable memory, which takes milliseconds; elsewhere the
   * backend tells what the system says.
   *
   * @return always the same
   * @throws UnsupportedOperationException if jitmem does not know this architecture, if there is no
   *     backend for this system, or if native access is denied
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses executable memory
   */
  public static Cpu host() {
    Cpu known = host;
    return known != null ? known : findHost();
  }

  private static synchronized Cpu findHost() {
    Cpu known = host;
    if (known == null) {
      Architecture architecture =
          Platform.current()
              .architecture()
              .orElseThrow(() ->
                  new UnsupportedOperationException(
                      "jitmem does not know the CPU of " + Platform.current()));
      known = ask(architecture, VirtMem.host());
      host = known;
    }
    return known;
  }

  private static Cpu ask(Architecture architecture, VirtMem system) {
    return switch (architecture) {
      case X86_64 -> byCpuid(system);
      case AARCH64 -> named(architecture, AArch64Feature.class, system.cpuFeatures());
      case RISCV64 -> named(architecture, RiscvFeature.class, system.cpuFeatures());
    };
  }

  private static Cpu byCpuid(VirtMem system) {
    try (CpuidCode code = new CpuidCode(JitAllocator.builder().virtMem(system).build())) {
      X86Identification identification = new X86Identification(code);
      return new Cpu(Architecture.X86_64, identification.features(), identification.model());
    }
  }

  /** The features whose names a backend gives; it may know newer ones, too. */
  static <F extends Enum<F> & CpuFeature> Cpu named(
      Architecture architecture, Class<F> type, Set<String> names) {
    Set<F> features = EnumSet.noneOf(type);
    for (F feature : EnumSet.allOf(type)) {
      if (names.contains(feature.name())) {
        features.add(feature);
      }
    }
    return new Cpu(architecture, features, null);
  }

  /**
   * The instruction set.
   *
   * @return the architecture
   */
  public Architecture architecture() {
    return architecture;
  }

  /**
   * What the CPU has and the system lets programs use.
   *
   * @return the features in the order of their enum; cannot be changed
   */
  public Set<CpuFeature> features() {
    return features;
  }

  /**
   * Whether a feature is there.
   *
   * @param feature a feature of any architecture
   * @return true if it can be used
   */
  public boolean has(CpuFeature feature) {
    return features.contains(feature);
  }

  /**
   * Whether all of several features are there.
   *
   * @param wanted features of any architecture
   * @return true if each can be used
   */
  public boolean hasAll(CpuFeature... wanted) {
    return features.containsAll(Arrays.asList(wanted));
  }

  /**
   * Which model it is.
   *
   * @return what the CPU says; empty where it does not say so to programs, which is everywhere but
   *     on x86-64
   */
  public Optional<CpuModel> model() {
    return Optional.ofNullable(model);
  }

  /**
   * What the CPU has against jumps to where none should go.
   *
   * @return the facts
   */
  public BranchProtection branchProtection() {
    return switch (architecture) {
      case X86_64 -> new BranchProtection(has(X86Feature.CET_IBT), has(X86Feature.CET_SS), false);
      case AARCH64 ->
          new BranchProtection(
              has(AArch64Feature.BTI), has(AArch64Feature.GCS), has(AArch64Feature.PACA));
      case RISCV64 ->
          new BranchProtection(has(RiscvFeature.ZICFILP), has(RiscvFeature.ZICFISS), false);
    };
  }

  /**
   * The instruction that a function, and every other target of an indirect branch, begins with if
   * it is to run where {@linkplain BranchProtection#landingPads() landing pads} are in force. It
   * does nothing elsewhere, on CPUs without it either.
   *
   * @return four bytes, a new array: {@code endbr64}, {@code bti c} or {@code lpad 0}
   */
  public byte[] landingPad() {
    return HexFormat.of()
        .parseHex(
            switch (architecture) {
              case X86_64 -> "f30f1efa";
              case AARCH64 -> "5f2403d5";
              case RISCV64 -> "17000000";
            });
  }

  @Override
  public String toString() {
    return "Cpu["
        + (model == null ? architecture.toString() : model.toString())
        + ": "
        + features.stream().map(CpuFeature::name).collect(Collectors.joining(" "))
        + "]";
  }
}
