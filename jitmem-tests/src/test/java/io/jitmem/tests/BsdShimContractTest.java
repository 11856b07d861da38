package io.jitmem.tests;

import io.jitmem.shims.BsdShim;
import org.junit.jupiter.api.Nested;

/**
 * The backends for the BSDs keep every promise on our reading of the systems' manuals, in each of
 * the regimes that an administrator may choose. The shim complains of what a system would not take,
 * and nothing may give it cause to.
 */
class BsdShimContractTest {
  @Nested
  class FreeBsd extends ShimContract {
    FreeBsd() {
      super(BsdShim.of("FreeBSD"));
    }
  }

  @Nested
  class FreeBsdWithoutWritableCode extends ShimContract {
    FreeBsdWithoutWritableCode() {
      super(BsdShim.of("FreeBSD", "ALLOW_WX=0", "IMPLY_PROT_MAX=1", "COLLISION=EINVAL"));
    }
  }

  @Nested
  class NetBsd extends ShimContract {
    NetBsd() {
      super(BsdShim.of("NetBSD"));
    }
  }

  @Nested
  class NetBsdWithoutPax extends ShimContract {
    NetBsdWithoutPax() {
      super(BsdShim.of("NetBSD", "PAX_MPROTECT=0"));
    }
  }

  @Nested
  class OpenBsd extends ShimContract {
    OpenBsd() {
      super(BsdShim.of("OpenBSD", "COLLISION=EEXIST"));
    }
  }

  @Nested
  class DragonFly extends ShimContract {
    DragonFly() {
      super(BsdShim.of("DragonFly"));
    }
  }
}
