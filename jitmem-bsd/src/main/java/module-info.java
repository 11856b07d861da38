import io.jitmem.bsd.BsdProvider;
import io.jitmem.virtmem.spi.VirtMemProvider;

/**
 * The backends for FreeBSD, NetBSD, OpenBSD and DragonFly, for x86-64 and AArch64. They make native
 * calls and so need {@code --enable-native-access=io.jitmem.bsd}.
 *
 * @provides VirtMemProvider the backends
 */
module io.jitmem.bsd {
  requires io.jitmem.core;
  requires static org.jspecify;

  provides VirtMemProvider with
      BsdProvider;
}
