import io.jitmem.virtmem.spi.VirtMemProvider;
import io.jitmem.windows.WindowsProvider;

/**
 * The Windows backend, for x86-64 and AArch64. It makes native calls and so needs {@code
 * --enable-native-access=io.jitmem.windows}.
 *
 * @provides VirtMemProvider the backend
 */
module io.jitmem.windows {
  requires io.jitmem.core;
  requires static org.jspecify;

  provides VirtMemProvider with
      WindowsProvider;
}
