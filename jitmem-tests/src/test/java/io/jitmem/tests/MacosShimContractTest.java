package io.jitmem.tests;

import io.jitmem.shims.MacosShim;
import org.junit.jupiter.api.Nested;

/**
 * The macOS backend keeps every promise on our reading of the system's sources and manuals, for
 * both CPUs' rules, under Rosetta, and without the entitlement for memory under the write switch.
 * The shim complains of what the system would not take, and of a thread that makes a call while it
 * could not execute the JVM's code; nothing may give it cause to.
 */
class MacosShimContractTest {
  @Nested
  class Intel extends ShimContract {
    Intel() {
      super(MacosShim.of("Intel"));
    }
  }

  @Nested
  class IntelTranslated extends ShimContract {
    IntelTranslated() {
      super(MacosShim.of("Intel", "TRANSLATED=1"));
    }
  }

  @Nested
  class Apple extends ShimContract {
    Apple() {
      super(MacosShim.of("Apple"));
    }
  }

  @Nested
  class AppleWithoutJitEntitlement extends ShimContract {
    AppleWithoutJitEntitlement() {
      super(MacosShim.of("Apple", "ALLOW_JIT=0", "JIT_DENIAL=22"));
    }
  }
}
