import io.jitmem.macos.MacosProvider;
import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The place of the macOS backend. There is none yet, and its provider says so.
 *
 * @provides VirtMemProvider which serves no platform so far
 */
module io.jitmem.macos {
  requires io.jitmem.api;
  requires static org.jspecify;

  provides VirtMemProvider with
      MacosProvider;
}
