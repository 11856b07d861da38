package io.jitmem.tests.allocator;

import io.jitmem.shims.BsdShim;
import net.jqwik.api.Group;

/** The allocator on the backends for the BSDs, over our reading of their manuals. */
@SuppressWarnings("ClassCanBeStatic") // as jqwik wants its groups
class BsdAllocatorPropertyTest {
  @Group
  class FreeBsd extends ShimAllocatorContract {
    FreeBsd() {
      super(() -> BsdShim.of("FreeBSD"));
    }
  }

  @Group
  class NetBsd extends ShimAllocatorContract {
    NetBsd() {
      super(() -> BsdShim.of("NetBSD"));
    }
  }

  @Group
  class OpenBsd extends ShimAllocatorContract {
    OpenBsd() {
      super(() -> BsdShim.of("OpenBSD"));
    }
  }

  @Group
  class DragonFly extends ShimAllocatorContract {
    DragonFly() {
      super(() -> BsdShim.of("DragonFly"));
    }
  }
}
