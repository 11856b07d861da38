package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.shims.BsdShim;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/**
 * The backends for the BSDs keep every promise on our reading of the systems' manuals, in each of
 * the regimes that an administrator may choose. The shim complains of what a system would not take,
 * and nothing may give it cause to.
 */
class BsdShimContractTest {
  abstract static class OnShim extends VirtMemContract {
    private final BsdShim shim;

    OnShim(BsdShim shim) {
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
      return shim.mappedBytes() + shim.openFiles();
    }

    @AfterEach
    void nothing_is_left_and_nothing_was_asked_for_that_the_system_would_not_take() {
      assertThat(shim.complaint()).isEmpty();
      assertThat(shim.mappedBytes()).isZero();
      assertThat(shim.openFiles()).isZero();
    }
  }

  @Nested
  class FreeBsd extends OnShim {
    FreeBsd() {
      super(BsdShim.of("FreeBSD"));
    }
  }

  @Nested
  class FreeBsdWithoutWritableCode extends OnShim {
    FreeBsdWithoutWritableCode() {
      super(BsdShim.of("FreeBSD", "ALLOW_WX=0", "IMPLY_PROT_MAX=1", "COLLISION=EINVAL"));
    }
  }

  @Nested
  class NetBsd extends OnShim {
    NetBsd() {
      super(BsdShim.of("NetBSD"));
    }
  }

  @Nested
  class NetBsdWithoutPax extends OnShim {
    NetBsdWithoutPax() {
      super(BsdShim.of("NetBSD", "PAX_MPROTECT=0"));
    }
  }

  @Nested
  class OpenBsd extends OnShim {
    OpenBsd() {
      super(BsdShim.of("OpenBSD", "COLLISION=EEXIST"));
    }
  }

  @Nested
  class DragonFly extends OnShim {
    DragonFly() {
      super(BsdShim.of("DragonFly"));
    }
  }
}
