import io.jitmem.macos.MacosProvider;
import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The macOS backend, for Intel's processors and Apple's. It makes native calls and so needs {@code
 * --enable-native-access=io.jitmem.macos}.
 *
 * @provides VirtMemProvider the backend
 */
module io.jitmem.macos {
  requires io.jitmem.core;
  requires static org.jspecify;

  provides VirtMemProvider with
      MacosProvider;
}
