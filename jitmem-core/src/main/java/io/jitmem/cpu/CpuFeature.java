package io.jitmem.cpu;

import io.jitmem.virtmem.Architecture;

/** Something that some CPUs of an architecture have and others have not. */
public sealed interface CpuFeature permits X86Feature, AArch64Feature, RiscvFeature {
  /**
   * The architecture that has it.
   *
   * @return the architecture
   */
  Architecture architecture();

  /**
   * The constant's name.
   *
   * @return a name, unique in its architecture
   */
  String name();
}
