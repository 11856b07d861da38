package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.shims.MacosShim;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/**
 * The macOS backend keeps every promise on our reading of the system's sources and manuals, for
 * both CPUs' rules, under Rosetta, and without the entitlement for memory under the write switch.
 * The shim complains of what the system would not take, and of a thread that makes a call while it
 * could not execute the JVM's code; nothing may give it cause to.
 */
class MacosShimContractTest {
  abstract static class OnShim extends VirtMemContract {
    private final MacosShim shim;

    OnShim(MacosShim shim) {
      this.shim = shim;
    }

    @Override
    protected VirtMem virtMem() {
      return shim.memory();
    }

    @Override
    protected AccessProbe probe() {
      SystemCallProbe bySystemCall = new SystemCallProbe();
      return new AccessProbe() {
        @Override
        public boolean readable(MemorySegment memory) {
          return bySystemCall.readable(memory);
        }

        @Override
        public boolean writable(MemorySegment memory) {
          return bySystemCall.writable(memory);
        }

        @Override
        public Optional<Protection> told(MemorySegment memory) {
          return ProcessMaps.at(memory.address()).map(ProcessMaps.Line::protection);
        }
      };
    }

    @Override
    protected long mappedBytes() {
      return shim.mappedBytes() + shim.ports();
    }

    @AfterEach
    void nothing_is_left_and_nothing_was_asked_for_that_the_system_would_not_take() {
      assertThat(shim.complaint()).isEmpty();
      assertThat(shim.writers()).isZero();
      assertThat(shim.mappedBytes()).isZero();
      assertThat(shim.ports()).isZero();
    }
  }

  @Nested
  class Intel extends OnShim {
    Intel() {
      super(MacosShim.of("Intel"));
    }
  }

  @Nested
  class IntelTranslated extends OnShim {
    IntelTranslated() {
      super(MacosShim.of("Intel", "TRANSLATED=1"));
    }
  }

  @Nested
  class Apple extends OnShim {
    Apple() {
      super(MacosShim.of("Apple"));
    }
  }

  @Nested
  class AppleWithoutJitEntitlement extends OnShim {
    AppleWithoutJitEntitlement() {
      super(MacosShim.of("Apple", "ALLOW_JIT=0", "JIT_DENIAL=22"));
    }
  }
}
