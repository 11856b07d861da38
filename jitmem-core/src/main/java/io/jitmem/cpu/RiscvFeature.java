package io.jitmem.cpu;

import io.jitmem.virtmem.Architecture;

/** What a 64-bit RISC-V CPU can have, by the names of the ratified extensions. */
public enum RiscvFeature implements CpuFeature {
  /** Integer base. */
  I,
  /** Multiplication and division. */
  M,
  /** Atomic operations. */
  A,
  /** Single precision. */
  F,
  /** Double precision. */
  D,
  /** Compressed instructions. */
  C,
  /** Vectors. */
  V,
  /** Addresses. */
  ZBA,
  /** Bits, basic. */
  ZBB,
  /** Carry-less multiplication. */
  ZBC,
  /** Single bits. */
  ZBS,
  /** Bits for cryptography. */
  ZBKB,
  /** Carry-less multiplication for cryptography. */
  ZBKC,
  /** Crossbar permutations. */
  ZBKX,
  /** AES decryption. */
  ZKND,
  /** AES encryption. */
  ZKNE,
  /** SHA-2. */
  ZKNH,
  /** SM4. */
  ZKSED,
  /** SM3. */
  ZKSH,
  /** Timing that does not depend on data. */
  ZKT,
  /** Vectors: bits, basic. */
  ZVBB,
  /** Vectors: carry-less multiplication. */
  ZVBC,
  /** Vectors: bits for cryptography. */
  ZVKB,
  /** Vectors: GCM. */
  ZVKG,
  /** Vectors: AES. */
  ZVKNED,
  /** Vectors: SHA-256. */
  ZVKNHA,
  /** Vectors: SHA-512. */
  ZVKNHB,
  /** Vectors: SM4. */
  ZVKSED,
  /** Vectors: SM3. */
  ZVKSH,
  /** Vectors: timing that does not depend on data. */
  ZVKT,
  /** Half precision. */
  ZFH,
  /** Half precision, conversions. */
  ZFHMIN,
  /** Vectors: half precision. */
  ZVFH,
  /** Vectors: half precision, conversions. */
  ZVFHMIN,
  /** More floating-point instructions. */
  ZFA,
  /** bfloat16, conversions. */
  ZFBFMIN,
  /** Vectors: bfloat16, conversions. */
  ZVFBFMIN,
  /** Vectors: bfloat16 multiply-add. */
  ZVFBFWMA,
  /** Vectors for embedded use: integers to 32 bits. */
  ZVE32X,
  /** Vectors for embedded use: single precision. */
  ZVE32F,
  /** Vectors for embedded use: integers to 64 bits. */
  ZVE64X,
  /** Vectors for embedded use: 64 bits and single precision. */
  ZVE64F,
  /** Vectors for embedded use: double precision. */
  ZVE64D,
  /** Cache management. */
  ZICBOM,
  /** Cache blocks set to zero. */
  ZICBOZ,
  /** Prefetching. */
  ZICBOP,
  /** Hints of locality. */
  ZIHINTNTL,
  /** Hint to pause. */
  ZIHINTPAUSE,
  /** Conditional operations. */
  ZICOND,
  /** Counters. */
  ZICNTR,
  /** Performance counters. */
  ZIHPM,
  /** May-be operations. */
  ZIMOP,
  /** Compressed may-be operations. */
  ZCMOP,
  /** Compressed: integers. */
  ZCA,
  /** Compressed: more integers. */
  ZCB,
  /** Compressed: double precision. */
  ZCD,
  /** Compressed: single precision. */
  ZCF,
  /** Compressed: loads and stores of pairs. */
  ZCLSD,
  /** Loads and stores of pairs. */
  ZILSD,
  /** Total store ordering. */
  ZTSO,
  /** Compare and swap. */
  ZACAS,
  /** Atomic operations on memory. */
  ZAAMO,
  /** Load reserved and store conditional. */
  ZALRSC,
  /** Atomic operations on bytes and half words. */
  ZABHA,
  /** Load reserved and store conditional of bytes and half words. */
  ZABHLRSC,
  /** Loads and stores with ordering. */
  ZALASR,
  /** Waiting on a reservation. */
  ZAWRS,
  /** Pointer masking. */
  SUPM,
  /** Indirect branches have to arrive at {@code LPAD}. */
  ZICFILP,
  /** Shadow stacks. */
  ZICFISS;

  @Override
  public Architecture architecture() {
    return Architecture.RISCV64;
  }
}
