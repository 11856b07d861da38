package io.jitmem.cpu;

import io.jitmem.virtmem.Architecture;

/**
 * What an x86-64 CPU can have: the leaf and subleaf of {@code CPUID}, the register and the bit that
 * say so, and the state that the system must save for it to be of use. From Intel's
 * <cite>Architecture Instruction Set Extensions Programming Reference</cite> and AMD's
 * <cite>Architecture Programmer's Manual</cite>, volume 3, appendix E.
 *
 * <p>Some take more than the CPU and the system's support: a process may have to ask for the tiles
 * of AMX.
 */
public enum X86Feature implements CpuFeature {
  /** Time stamp counter. */
  RDTSC(1, 0, Register.EDX, 4),
  /** {@code CMPXCHG8B}. */
  CMPXCHG8B(1, 0, Register.EDX, 8),
  /** Conditional moves. */
  CMOV(1, 0, Register.EDX, 15),
  /** {@code CLFLUSH}. */
  CLFLUSH(1, 0, Register.EDX, 19),
  /** MMX. */
  MMX(1, 0, Register.EDX, 23),
  /** {@code FXSAVE} and {@code FXRSTOR}. */
  FXSR(1, 0, Register.EDX, 24),
  /** SSE. */
  SSE(1, 0, Register.EDX, 25),
  /** SSE2. */
  SSE2(1, 0, Register.EDX, 26),
  /** SSE3. */
  SSE3(1, 0, Register.ECX, 0),
  /** Carry-less multiplication. */
  PCLMULQDQ(1, 0, Register.ECX, 1),
  /** {@code MONITOR} and {@code MWAIT}. */
  MONITOR(1, 0, Register.ECX, 3),
  /** Supplemental SSE3. */
  SSSE3(1, 0, Register.ECX, 9),
  /** Fused multiply-add of three operands. */
  FMA(1, 0, Register.ECX, 12, State.AVX),
  /** {@code CMPXCHG16B}. */
  CMPXCHG16B(1, 0, Register.ECX, 13),
  /** SSE4.1. */
  SSE4_1(1, 0, Register.ECX, 19),
  /** SSE4.2. */
  SSE4_2(1, 0, Register.ECX, 20),
  /** Loads and stores that swap bytes. */
  MOVBE(1, 0, Register.ECX, 22),
  /** Counting of ones. */
  POPCNT(1, 0, Register.ECX, 23),
  /** AES rounds. */
  AES(1, 0, Register.ECX, 25),
  /** {@code XSAVE} and its state components. */
  XSAVE(1, 0, Register.ECX, 26),
  /** {@code XGETBV} may be used, and the system saves state by {@code XSAVE}. */
  OSXSAVE(1, 0, Register.ECX, 27),
  /** AVX. */
  AVX(1, 0, Register.ECX, 28, State.AVX),
  /** Conversions of half precision. */
  F16C(1, 0, Register.ECX, 29, State.AVX),
  /** Random numbers. */
  RDRAND(1, 0, Register.ECX, 30),
  /** The CPU is a virtual one. */
  HYPERVISOR(1, 0, Register.ECX, 31),
  /** Access to the bases of FS and GS. */
  FSGSBASE(7, 0, Register.EBX, 0),
  /** Bit manipulation, first set. */
  BMI1(7, 0, Register.EBX, 3),
  /** Lock elision. */
  HLE(7, 0, Register.EBX, 4),
  /** AVX2. */
  AVX2(7, 0, Register.EBX, 5, State.AVX),
  /** Bit manipulation, second set. */
  BMI2(7, 0, Register.EBX, 8),
  /** Fast {@code REP MOVSB} and {@code REP STOSB}. */
  ERMS(7, 0, Register.EBX, 9),
  /** Transactions. */
  RTM(7, 0, Register.EBX, 11),
  /** AVX-512, foundation. */
  AVX512F(7, 0, Register.EBX, 16, State.AVX512),
  /** AVX-512, double and quad words. */
  AVX512DQ(7, 0, Register.EBX, 17, State.AVX512),
  /**
   * Seeds for random numbers. A Zen 5 without newer microcode has it and may give zeros; a system
   * that knows leaves it out of its own list then, CPUID need not.
   */
  RDSEED(7, 0, Register.EBX, 18),
  /** Additions with two carry chains. */
  ADX(7, 0, Register.EBX, 19),
  /** AVX-512, integer multiply-add of 52 bits. */
  AVX512_IFMA(7, 0, Register.EBX, 21, State.AVX512),
  /** {@code CLFLUSHOPT}. */
  CLFLUSHOPT(7, 0, Register.EBX, 23),
  /** {@code CLWB}. */
  CLWB(7, 0, Register.EBX, 24),
  /** AVX-512, conflict detection. */
  AVX512CD(7, 0, Register.EBX, 28, State.AVX512),
  /** SHA-1 and SHA-256. */
  SHA(7, 0, Register.EBX, 29),
  /** AVX-512, bytes and words. */
  AVX512BW(7, 0, Register.EBX, 30, State.AVX512),
  /** AVX-512, vectors of 128 and 256 bits. */
  AVX512VL(7, 0, Register.EBX, 31, State.AVX512),
  /** {@code PREFETCHWT1}. */
  PREFETCHWT1(7, 0, Register.ECX, 0),
  /** AVX-512, byte permutations. */
  AVX512_VBMI(7, 0, Register.ECX, 1, State.AVX512),
  /** Protection keys. */
  PKU(7, 0, Register.ECX, 3),
  /** Protection keys, switched on by the system. */
  OSPKE(7, 0, Register.ECX, 4),
  /** {@code UMONITOR}, {@code UMWAIT} and {@code TPAUSE}. */
  WAITPKG(7, 0, Register.ECX, 5),
  /** AVX-512, compress and shift of bytes and words. */
  AVX512_VBMI2(7, 0, Register.ECX, 6, State.AVX512),
  /** Shadow stacks. */
  CET_SS(7, 0, Register.ECX, 7),
  /** Galois field arithmetic. */
  GFNI(7, 0, Register.ECX, 8),
  /** AES rounds on wide vectors. */
  VAES(7, 0, Register.ECX, 9, State.AVX),
  /** Carry-less multiplication on wide vectors. */
  VPCLMULQDQ(7, 0, Register.ECX, 10, State.AVX),
  /** AVX-512, neural network instructions. */
  AVX512_VNNI(7, 0, Register.ECX, 11, State.AVX512),
  /** AVX-512, bit counts of bytes and words. */
  AVX512_BITALG(7, 0, Register.ECX, 12, State.AVX512),
  /** AVX-512, bit counts of double and quad words. */
  AVX512_VPOPCNTDQ(7, 0, Register.ECX, 14, State.AVX512),
  /** {@code RDPID}. */
  RDPID(7, 0, Register.ECX, 22),
  /** {@code CLDEMOTE}. */
  CLDEMOTE(7, 0, Register.ECX, 25),
  /** {@code MOVDIRI}. */
  MOVDIRI(7, 0, Register.ECX, 27),
  /** {@code MOVDIR64B}. */
  MOVDIR64B(7, 0, Register.ECX, 28),
  /** {@code ENQCMD}. */
  ENQCMD(7, 0, Register.ECX, 29),
  /** Fast short {@code REP MOVSB}. */
  FSRM(7, 0, Register.EDX, 4),
  /** Interrupts in user mode. */
  UINTR(7, 0, Register.EDX, 5),
  /** AVX-512, intersection of two vectors. */
  AVX512_VP2INTERSECT(7, 0, Register.EDX, 8, State.AVX512),
  /** {@code SERIALIZE}. */
  SERIALIZE(7, 0, Register.EDX, 14),
  /** Cores of several kinds. */
  HYBRID(7, 0, Register.EDX, 15),
  /** Loads that a transaction does not track. */
  TSXLDTRK(7, 0, Register.EDX, 16),
  /** Indirect branches have to arrive at {@code ENDBR64}. */
  CET_IBT(7, 0, Register.EDX, 20),
  /** AMX, bfloat16. */
  AMX_BF16(7, 0, Register.EDX, 22, State.AMX),
  /** AVX-512, half precision. */
  AVX512_FP16(7, 0, Register.EDX, 23, State.AVX512),
  /** AMX, tiles. */
  AMX_TILE(7, 0, Register.EDX, 24, State.AMX),
  /** AMX, bytes. */
  AMX_INT8(7, 0, Register.EDX, 25, State.AMX),
  /** SHA-512. */
  SHA512(7, 1, Register.EAX, 0, State.AVX),
  /** SM3. */
  SM3(7, 1, Register.EAX, 1, State.AVX),
  /** SM4. */
  SM4(7, 1, Register.EAX, 2, State.AVX),
  /** Atomic operations on memory far away. */
  RAO_INT(7, 1, Register.EAX, 3),
  /** Neural network instructions without AVX-512. */
  AVX_VNNI(7, 1, Register.EAX, 4, State.AVX),
  /** AVX-512, bfloat16. */
  AVX512_BF16(7, 1, Register.EAX, 5, State.AVX512),
  /** {@code CMPccXADD}. */
  CMPCCXADD(7, 1, Register.EAX, 7),
  /** Fast {@code REP MOVSB} of nothing. */
  FZRM(7, 1, Register.EAX, 10),
  /** Fast short {@code REP STOSB}. */
  FSRS(7, 1, Register.EAX, 11),
  /** Fast short {@code REP CMPSB} and {@code REP SCASB}. */
  FSRC(7, 1, Register.EAX, 12),
  /** AMX, half precision. */
  AMX_FP16(7, 1, Register.EAX, 21, State.AMX),
  /** {@code HRESET}. */
  HRESET(7, 1, Register.EAX, 22),
  /** Integer multiply-add of 52 bits without AVX-512. */
  AVX_IFMA(7, 1, Register.EAX, 23, State.AVX),
  /** Loads of what is shared by reading. */
  MOVRS(7, 1, Register.EAX, 31),
  /** Neural network instructions on bytes. */
  AVX_VNNI_INT8(7, 1, Register.EDX, 4, State.AVX),
  /** Conversions without exceptions. */
  AVX_NE_CONVERT(7, 1, Register.EDX, 5, State.AVX),
  /** AMX, complex numbers. */
  AMX_COMPLEX(7, 1, Register.EDX, 8, State.AMX),
  /** Neural network instructions on words. */
  AVX_VNNI_INT16(7, 1, Register.EDX, 10, State.AVX),
  /** Prefetching of code. */
  PREFETCHI(7, 1, Register.EDX, 14),
  /** Model-specific registers in user mode. */
  USER_MSR(7, 1, Register.EDX, 15),
  /** AVX10, version 1. */
  AVX10_1(7, 1, Register.EDX, 19, State.AVX512),
  /** APX: 16 more registers and three operands. */
  APX_F(7, 1, Register.EDX, 21, State.APX),
  /** {@code XSAVEOPT}. */
  XSAVEOPT(0xd, 1, Register.EAX, 0),
  /** {@code XSAVEC}. */
  XSAVEC(0xd, 1, Register.EAX, 1),
  /** {@code XSAVES}. */
  XSAVES(0xd, 1, Register.EAX, 3),
  /** {@code PTWRITE}. */
  PTWRITE(0x14, 0, Register.EBX, 4),
  /** AMX, eight-bit floating point. */
  AMX_FP8(0x1e, 1, Register.EAX, 4, State.AMX),
  /** AMX, TF32. */
  AMX_TF32(0x1e, 1, Register.EAX, 6, State.AMX),
  /** AMX, rows into vectors. */
  AMX_AVX512(0x1e, 1, Register.EAX, 7, State.AMX),
  /** AMX, loads of what is shared by reading. */
  AMX_MOVRS(0x1e, 1, Register.EAX, 8, State.AMX),
  /** {@code LAHF} and {@code SAHF}. */
  LAHF_LM(0x80000001, 0, Register.ECX, 0),
  /** Counting of leading zeros. */
  LZCNT(0x80000001, 0, Register.ECX, 5),
  /** SSE4a. */
  SSE4A(0x80000001, 0, Register.ECX, 6),
  /** SSE operands in memory need not be aligned. */
  MISALIGNSSE(0x80000001, 0, Register.ECX, 7),
  /** {@code PREFETCHW}. */
  PREFETCHW(0x80000001, 0, Register.ECX, 8),
  /** XOP. */
  XOP(0x80000001, 0, Register.ECX, 11, State.AVX),
  /** Fused multiply-add of four operands. */
  FMA4(0x80000001, 0, Register.ECX, 16, State.AVX),
  /** Trailing bit manipulation. */
  TBM(0x80000001, 0, Register.ECX, 21),
  /** {@code MONITORX} and {@code MWAITX}. */
  MONITORX(0x80000001, 0, Register.ECX, 29),
  /** AMD's extensions of MMX. */
  MMXEXT(0x80000001, 0, Register.EDX, 22),
  /** {@code RDTSCP}. */
  RDTSCP(0x80000001, 0, Register.EDX, 27),
  /** Extensions of 3DNow!. */
  _3DNOWEXT(0x80000001, 0, Register.EDX, 30),
  /** 3DNow!. */
  _3DNOW(0x80000001, 0, Register.EDX, 31),
  /** The time stamp counter runs at one rate. */
  INVARIANT_TSC(0x80000007, 0, Register.EDX, 8),
  /** {@code CLZERO}. */
  CLZERO(0x80000008, 0, Register.EBX, 0),
  /** {@code RDPRU}. */
  RDPRU(0x80000008, 0, Register.EBX, 4),
  /** {@code WBNOINVD}. */
  WBNOINVD(0x80000008, 0, Register.EBX, 9),
  /** AVX10, version 2: told by a number, not a bit. */
  AVX10_2(0x24, 0, Register.EBX, 1, State.AVX512);

  /** Where {@code CPUID} leaves a word. */
  enum Register {
    EAX(0),
    EBX(1),
    ECX(2),
    EDX(3);

    private final int index;

    Register(int index) {
      this.index = index;
    }

    int of(int[] words) {
      return words[index];
    }
  }

  /** What the system must save, as bits of XCR0. */
  enum State {
    NONE(0),
    AVX(0x6),
    AVX512(0xe6),
    AMX(0x60000),
    APX(0x80000);

    private final long bits;

    State(long bits) {
      this.bits = bits;
    }

    boolean isIn(long xcr0) {
      return (xcr0 & bits) == bits;
    }
  }

  private final int leaf;
  private final int subleaf;
  private final Register register;
  private final int bit;
  private final State state;

  X86Feature(int leaf, int subleaf, Register register, int bit) {
    this(leaf, subleaf, register, bit, State.NONE);
  }

  X86Feature(int leaf, int subleaf, Register register, int bit, State state) {
    this.leaf = leaf;
    this.subleaf = subleaf;
    this.register = register;
    this.bit = bit;
    this.state = state;
  }

  @Override
  public Architecture architecture() {
    return Architecture.X86_64;
  }

  int leaf() {
    return leaf;
  }

  int subleaf() {
    return subleaf;
  }

  Register register() {
    return register;
  }

  int bit() {
    return bit;
  }

  State state() {
    return state;
  }
}
