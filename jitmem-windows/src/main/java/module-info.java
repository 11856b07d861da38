import io.jitmem.virtmem.spi.VirtMemProvider;
import io.jitmem.windows.WindowsProvider;

/**
 * The place of the Windows backend. There is none yet, and its provider says so.
 *
 * @provides VirtMemProvider which serves no platform so far
 */
module io.jitmem.windows {
  requires io.jitmem.api;
  requires static org.jspecify;

  provides VirtMemProvider with
      WindowsProvider;
}
