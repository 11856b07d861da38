package io.jitmem.tests;

import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** The Windows backend over our reading of the manuals. */
class WindowsShimContractTest {
  /** With all that Windows has had since version 10 1803. */
  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class Windows10 extends OverShim {
    Windows10() {
      super(WindowsShim.compile());
    }
  }

  /** In a process of Control Flow Guard's, with memory that is closed to its calls at first. */
  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class Guarded extends OverShim {
    Guarded() {
      super(WindowsShim.compile().withControlFlowGuard(), VirtMem::guardingBranches);
    }
  }

  /** Without placeholders. */
  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class Before extends OverShim {
    Before() {
      super(WindowsShim.compile().withoutPlaceholders());
    }
  }

  abstract static class OverShim extends VirtMemContract {
    private final SystemCallProbe bySystemCall = new SystemCallProbe();
    private final WindowsShim shim;
    private final VirtMem backend;

    OverShim(WindowsShim shim) {
      this(shim, backend -> backend);
    }

    OverShim(WindowsShim shim, UnaryOperator<VirtMem> choice) {
      this.shim = shim;
      backend = choice.apply(shim.backend());
    }

    @Override
    protected VirtMem virtMem() {
      return backend;
    }

    @Override
    protected long mappedBytes() {
      return shim.left();
    }

    @Override
    protected AccessProbe probe() {
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
          return shim.told(memory.address());
        }

        @Override
        public Optional<Boolean> callable(long address) {
          return Optional.of(shim.mayBeCalled(address));
        }
      };
    }
  }
}
