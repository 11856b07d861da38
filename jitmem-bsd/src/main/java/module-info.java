import io.jitmem.bsd.BsdProvider;
import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The place of the BSD backend. There is none yet, and its provider says so.
 *
 * @provides VirtMemProvider which serves no platform so far
 */
module io.jitmem.bsd {
  requires io.jitmem.api;
  requires static org.jspecify;

  provides VirtMemProvider with
      BsdProvider;
}
