package io.jitmem.linux;

/**
 * The bits of the auxiliary vector on RISC-V, one for each letter, and the words of {@code
 * riscv_hwprobe}, from the kernel's {@code arch/riscv/include/uapi/asm/hwprobe.h}, Linux 7.
 */
final class RiscvWords {
  static final BitNames HWCAP =
      BitNames.of("A B= C D E= F G= H= I J= K= L= M N= O= P= Q= R= S= T= U= V");

  static final BitNames IMA_EXT_0 =
      BitNames.of(
          """
          IMA_FD=F,D IMA_C=C IMA_V=V ZBA ZBB ZBS ZICBOZ ZBC
          ZBKB ZBKC ZBKX ZKND ZKNE ZKNH ZKSED ZKSH
          ZKT ZVBB ZVBC ZVKB ZVKG ZVKNED ZVKNHA ZVKNHB
          ZVKSED ZVKSH ZVKT ZFH ZFHMIN ZIHINTNTL ZVFH ZVFHMIN
          ZFA ZTSO ZACAS ZICOND ZIHINTPAUSE ZVE32X ZVE32F ZVE64X
          ZVE64F ZVE64D ZIMOP ZCA ZCB ZCD ZCF ZCMOP
          ZAWRS SUPM ZICNTR ZIHPM ZFBFMIN ZVFBFMIN ZVFBFWMA ZICBOM
          ZAAMO ZALRSC ZABHA ZALASR ZICBOP ZILSD ZCLSD ZICFILP
          """);

  static final BitNames IMA_EXT_1 = BitNames.of("ZICFISS ZABHLRSC");

  private RiscvWords() {}
}
