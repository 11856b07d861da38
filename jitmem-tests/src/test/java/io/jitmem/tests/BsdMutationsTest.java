package io.jitmem.tests;

import static io.jitmem.shims.Mistake.bits;
import static io.jitmem.shims.Mistake.swap;
import static io.jitmem.shims.Mistake.swapNumbers;
import static io.jitmem.shims.Mistake.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.shims.BsdShim;
import io.jitmem.shims.Mistake;
import io.jitmem.shims.MutatedCalls;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** That the shims of the BSDs notice. */
class BsdMutationsTest extends ShimMutations<BsdShim> {
  private static final int PROT = 2;
  private static final int FLAGS = 3;

  static List<Mistake> mistakes() {
    return List.of(
        new Mistake(
            "FreeBSD",
            "Linux's MAP_ANON",
            "mmap",
            bits(FLAGS, 0x1000, 0x20),
            BsdMutationsTest::allocate),
        new Mistake("FreeBSD", "NetBSD's shift", "mmap", shift(16, 3), BsdMutationsTest::allocate),
        new Mistake(
            "FreeBSD",
            "Linux's NOREPLACE",
            "mmap",
            bits(FLAGS, 0x4000, 0x100000),
            BsdMutationsTest::exactly),
        new Mistake(
            "FreeBSD",
            "OpenBSD's NOREPLACE",
            "mmap",
            bits(FLAGS, 0x4000, 0x800),
            BsdMutationsTest::exactly),
        new Mistake(
            "FreeBSD", "Linux's O_CREAT", "shm_open", bits(1, 0x200, 0x40), BsdMutationsTest::dual),
        new Mistake(
            "FreeBSD",
            "Linux's MFD_EXEC",
            "memfd_create",
            bits(1, 1, 0x11),
            BsdMutationsTest::memfd),
        new Mistake("NetBSD", "FreeBSD's shift", "mmap", shift(3, 16), BsdMutationsTest::allocate),
        new Mistake(
            "NetBSD",
            "Linux's order",
            "mremap",
            BsdMutationsTest::linuxOrder,
            BsdMutationsTest::dual),
        new Mistake("NetBSD", "Linux's MAYMOVE", "mremap", bits(4, 4, 1), BsdMutationsTest::dual),
        new Mistake(
            "NetBSD",
            "FreeBSD's MAP_EXCL",
            "mmap",
            bits(FLAGS, 0x400, 0x4000),
            BsdMutationsTest::exactly),
        new Mistake(
            "OpenBSD",
            "FreeBSD's EXCL",
            "mmap",
            bits(FLAGS, 0x800, 0x4000),
            BsdMutationsTest::exactly),
        new Mistake(
            "OpenBSD", "flags and prot", "mmap", swap(PROT, FLAGS), BsdMutationsTest::allocate),
        new Mistake(
            "OpenBSD", "size and address", "munmap", swap(0, 1), BsdMutationsTest::allocate),
        new Mistake(
            "OpenBSD",
            "NetBSD's O_CLOEXEC",
            "open",
            bits(1, 0x10000, 0x400000),
            BsdMutationsTest::file),
        new Mistake(
            "OpenBSD",
            "SHM_ANON",
            "shm_open",
            to(0, MemorySegment.ofAddress(1)),
            BsdMutationsTest::dual),
        new Mistake(
            "DragonFly",
            "NetBSD's TRYFIXED",
            "mmap",
            bits(FLAGS, 0x10000, 0x400),
            BsdMutationsTest::exactly),
        new Mistake(
            "DragonFly", "size and prot", "mprotect", swapNumbers(1, 2), BsdMutationsTest::protect),
        new Mistake(
            "DragonFly",
            "a mode of its own",
            "shm_open",
            to(2, (short) 0777),
            BsdMutationsTest::dual));
  }

  @Override
  BsdShim shim(String system) {
    return BsdShim.of(system, OF_ITS_OWN);
  }

  @Override
  VirtMem right(BsdShim shim) {
    return BsdProvider.open(shim.platform(), shim);
  }

  @Override
  VirtMem wrong(BsdShim shim, Mistake mistake) {
    return BsdProvider.open(
        shim.platform(), new MutatedCalls(shim, mistake.function(), mistake.change()));
  }

  @Override
  void requireNoticed(Mistake mistake, @Nullable Throwable failure, String complaint) {
    if (!(failure instanceof AssertionError)) {
      assertThat(complaint).contains(mistake.function());
    }
  }

  /** PROT_MAX or PROT_MPROTECT of another system. */
  private static Consumer<Object[]> shift(int right, int wrong) {
    return arguments -> {
      int value = (int) arguments[PROT];
      arguments[PROT] = (value & 7) | (value >>> right) << wrong;
    };
  }

  /** The old address and size, the new size, flags, the new address. */
  private static void linuxOrder(Object[] arguments) {
    long place = (long) arguments[2];
    arguments[2] = arguments[3];
    arguments[3] = (long) (int) arguments[4];
    arguments[4] = (int) place;
  }

  private static void allocate(VirtMem memory) {
    MemoryUse.allocate(memory, page(memory));
  }

  private static void protect(VirtMem memory) {
    MemoryUse.protect(memory, page(memory));
  }

  private static void dual(VirtMem memory) {
    MemoryUse.dual(memory, page(memory));
  }

  private static void memfd(VirtMem memory) {
    MemoryUse.dual(memory, page(memory), "memfd_create");
  }

  private static void file(VirtMem memory) {
    MemoryUse.dual(memory, page(memory), "temporary file");
  }

  /** Where nothing is free, single addresses are asked for. */
  private static void exactly(VirtMem memory) {
    MemorySegment target = memory.allocate(64 * page(memory), Protection.NONE);
    try {
      Placement within = Placement.near(target.address() + 32 * page(memory), 16 * page(memory));
      Throwable full =
          catchThrowable(() -> memory.release(memory.reserve(2 * page(memory), within)));
      assertThat(full).isNotNull();
    } finally {
      memory.release(target);
    }
  }

  private static long page(VirtMem memory) {
    return memory.pages().byteSize();
  }
}
