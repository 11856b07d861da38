package io.jitmem.cpu;

/**
 * What the CPU has against jumps to where none should go. Whether it is in force is up to the
 * system, for each process, thread or page; no memory of jitmem's asks for it.
 *
 * @param landingPads whether indirect branches can be made to fault unless they arrive at a {@link
 *     Cpu#landingPad()}: IBT on x86-64, BTI on AArch64, Zicfilp on RISC-V
 * @param shadowStack whether return addresses can be kept a second time where stores do not reach:
 *     CET_SS on x86-64, GCS on AArch64, Zicfiss on RISC-V
 * @param pointerAuthentication whether addresses can be signed: PAuth on AArch64
 */
public record BranchProtection(
    boolean landingPads, boolean shadowStack, boolean pointerAuthentication) {}
