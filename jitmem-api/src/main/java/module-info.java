import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The low-level interface of jitmem: whole pages of executable memory, and the service through
 * which platform backends are found. It makes no native call itself.
 *
 * @uses VirtMemProvider the backends from which {@link io.jitmem.virtmem.VirtMem#host()} picks one
 */
module io.jitmem.api {
  requires static org.jspecify;

  exports io.jitmem.virtmem;
  exports io.jitmem.virtmem.spi;

  uses VirtMemProvider;
}
