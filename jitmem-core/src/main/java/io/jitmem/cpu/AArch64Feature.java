package io.jitmem.cpu;

import io.jitmem.virtmem.Architecture;

/**
 * What an AArch64 CPU can have, by the names of Arm's <cite>Architecture Reference Manual</cite>
 * without {@code FEAT_}, where the system has one word for it.
 */
public enum AArch64Feature implements CpuFeature {
  /** Floating point. */
  FP,
  /** Advanced SIMD. */
  ASIMD,
  /** AES rounds. */
  AES,
  /** Polynomial multiplication of 64 bits. */
  PMULL,
  /** SHA-1. */
  SHA1,
  /** SHA-256. */
  SHA256,
  /** CRC-32. */
  CRC32,
  /** Atomic operations on memory. */
  LSE,
  /** Half precision arithmetic, scalar and SIMD. */
  FP16,
  /** Rounding doubling multiply-accumulate. */
  RDM,
  /** Conversion as JavaScript wants it. */
  JSCVT,
  /** Complex numbers. */
  FCMA,
  /** Loads with weaker acquire ordering. */
  LRCPC,
  /** The same with offsets, and stores. */
  LRCPC2,
  /** The same of pairs and vectors. */
  LRCPC3,
  /** Cache cleaning to the point of persistence. */
  DPB,
  /** Cache cleaning to the point of deep persistence. */
  DPB2,
  /** SHA-3. */
  SHA3,
  /** SHA-512. */
  SHA512,
  /** SM3. */
  SM3,
  /** SM4. */
  SM4,
  /** Dot products of bytes. */
  DOTPROD,
  /** Half precision multiply-add into single. */
  FHM,
  /** Timing that does not depend on data. */
  DIT,
  /** Atomic accesses that need not be aligned. */
  LSE2,
  /** Atomic operations on 128 bits. */
  LSE128,
  /** Atomic operations on floating-point numbers. */
  LSFE,
  /** Flag manipulation. */
  FLAGM,
  /** More flag manipulation. */
  FLAGM2,
  /** Control of speculative store bypass. */
  SSBS,
  /** Speculation barrier. */
  SB,
  /** Pointer authentication of addresses. */
  PACA,
  /** Pointer authentication of any data. */
  PACG,
  /** Guarded control stacks. */
  GCS,
  /** Indirect branches have to arrive at {@code BTI}. */
  BTI,
  /** Memory tagging. */
  MTE,
  /** Memory tagging with asymmetric faults. */
  MTE3,
  /** Memory tagging: faults tell the whole address. */
  MTE_FAR,
  /** Memory tagging: stores can be checked alone. */
  MTE_STORE_ONLY,
  /** Random numbers. */
  RNG,
  /** Hint to gather no stores. */
  DGH,
  /** Virtual counters of more precision. */
  ECV,
  /** Waiting with a timeout. */
  WFXT,
  /** Minimum, maximum, bit counts of integers. */
  CSSC,
  /** Prefetching of ranges. */
  RPRFM,
  /** Copying and setting of memory. */
  MOPS,
  /** Hinted conditional branches. */
  HBC,
  /** Compare and branch in one. */
  CMPBR,
  /** Permission overlays. */
  POE,
  /** Loads and stores of 64 bytes. */
  LS64,
  /** Rounding to integers of a size. */
  FRINTTS,
  /** Alternative floating-point behaviour. */
  AFP,
  /** Reciprocal estimates of more precision. */
  RPRES,
  /** Matrix products of bytes. */
  I8MM,
  /** bfloat16. */
  BF16,
  /** bfloat16 with rounding modes. */
  EBF16,
  /** Conversions within SIMD registers. */
  FPRCVT,
  /** Register of floating-point modes. */
  FPMR,
  /** Look-up tables. */
  LUT,
  /** Minimum and maximum of absolute values. */
  FAMINMAX,
  /** Eight-bit floating point: conversions. */
  F8CVT,
  /** Eight-bit floating point: multiply-add. */
  F8FMA,
  /** Eight-bit floating point: dot products of four. */
  F8DP4,
  /** Eight-bit floating point: dot products of two. */
  F8DP2,
  /** Eight-bit floating point: E4M3. */
  F8E4M3,
  /** Eight-bit floating point: E5M2. */
  F8E5M2,
  /** Eight-bit floating point: matrix products to single. */
  F8MM8,
  /** Eight-bit floating point: matrix products to half. */
  F8MM4,
  /** Scalable vectors. */
  SVE,
  /** Scalable vectors, version 2. */
  SVE2,
  /** Scalable vectors, version 2.1. */
  SVE2P1,
  /** Scalable vectors, version 2.2. */
  SVE2P2,
  /** Scalable vectors: AES rounds. */
  SVE_AES,
  /** Scalable vectors: AES of several registers. */
  SVE_AES2,
  /** Scalable vectors: polynomial multiplication. */
  SVE_PMULL128,
  /** Scalable vectors: bit permutations. */
  SVE_BITPERM,
  /** Scalable vectors: SHA-3. */
  SVE_SHA3,
  /** Scalable vectors: SM4. */
  SVE_SM4,
  /** Scalable vectors: matrix products of bytes. */
  SVE_I8MM,
  /** Scalable vectors: matrix products of single precision. */
  SVE_F32MM,
  /** Scalable vectors: matrix products of double precision. */
  SVE_F64MM,
  /** Scalable vectors: matrix products of half precision. */
  SVE_F16MM,
  /** Scalable vectors: bfloat16. */
  SVE_BF16,
  /** Scalable vectors: bfloat16 with rounding modes. */
  SVE_EBF16,
  /** Scalable vectors: bfloat16 arithmetic. */
  SVE_B16B16,
  /** Scalable vectors: scaling of bfloat16. */
  SVE_BFSCALE,
  /** Scalable vectors: element permutations. */
  SVE_ELTPERM,
  /** Scalable matrices. */
  SME,
  /** Scalable matrices, version 2. */
  SME2,
  /** Scalable matrices, version 2.1. */
  SME2P1,
  /** Scalable matrices, version 2.2. */
  SME2P2,
  /** Scalable matrices: all of the instruction set in streaming mode. */
  SME_FA64,
  /** Scalable matrices: 16-bit integers into 64. */
  SME_I16I64,
  /** Scalable matrices: double precision. */
  SME_F64F64,
  /** Scalable matrices: bytes into 32 bits. */
  SME_I8I32,
  /** Scalable matrices: half precision into single. */
  SME_F16F32,
  /** Scalable matrices: bfloat16 into single. */
  SME_B16F32,
  /** Scalable matrices: single precision. */
  SME_F32F32,
  /** Scalable matrices: 16-bit integers into 32. */
  SME_I16I32,
  /** Scalable matrices: bits into 32. */
  SME_BI32I32,
  /** Scalable matrices: bfloat16. */
  SME_B16B16,
  /** Scalable matrices: half precision. */
  SME_F16F16,
  /** Scalable matrices: eight-bit floating point into half. */
  SME_F8F16,
  /** Scalable matrices: eight-bit floating point into single. */
  SME_F8F32,
  /** Scalable matrices: look-up tables. */
  SME_LUTV2,
  /** Scalable matrices: eight-bit multiply-add in streaming mode. */
  SME_SF8FMA,
  /** Scalable matrices: eight-bit dot products of four in streaming mode. */
  SME_SF8DP4,
  /** Scalable matrices: eight-bit dot products of two in streaming mode. */
  SME_SF8DP2,
  /** Scalable matrices: bit permutations in streaming mode. */
  SME_SBITPERM,
  /** Scalable matrices: AES in streaming mode. */
  SME_AES,
  /** Scalable matrices: exponential accelerator in streaming mode. */
  SME_SFEXPA,
  /** Scalable matrices: sparse outer products. */
  SME_STMOP,
  /** Scalable matrices: quarter-tile outer products. */
  SME_SMOP4;

  @Override
  public Architecture architecture() {
    return Architecture.AARCH64;
  }
}
