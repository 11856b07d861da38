package io.jitmem.cpu;

/** The instructions by which an x86-64 CPU tells about itself. */
interface CpuidSource {
  /** EAX, EBX, ECX and EDX after {@code CPUID}. */
  int[] cpuid(int leaf, int subleaf);

  /** The state components that the system saves; called only if the CPU has OSXSAVE. */
  long xcr0();
}
