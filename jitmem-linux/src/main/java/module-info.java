import io.jitmem.linux.LinuxProvider;
import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The Linux backend, for x86-64, AArch64 and RISC-V. It makes native calls and so needs {@code
 * --enable-native-access=io.jitmem.linux}.
 *
 * @provides VirtMemProvider the backend
 */
module io.jitmem.linux {
  requires io.jitmem.core;
  requires static org.jspecify;

  provides VirtMemProvider with
      LinuxProvider;
}
