package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.bsd.BsdProvider;
import io.jitmem.shims.BsdShim;
import io.jitmem.shims.MutatedCalls;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the shims notice: each of these mistakes, a number of another system or arguments in another
 * order, is refused by the shim and complained of, or shows in what comes of it. Mistakes in what
 * never reaches a shim, as a prototype, are those of the audit in {@code jitmem-bsd}.
 */
class BsdMutationsTest {
  /**
   * A mistake.
   *
   * @param change what it does to the arguments of a function
   * @param operation what the backend is asked for
   */
  record Mistake(
      String system,
      String name,
      String function,
      Consumer<Object[]> change,
      Consumer<VirtMem> operation) {
    @Override
    public String toString() {
      return system + ": " + name;
    }
  }

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

  @ParameterizedTest
  @MethodSource("mistakes")
  void is_noticed(Mistake mistake) {
    BsdShim shim = BsdShim.of(mistake.system(), "MISTAKES=1");
    VirtMem memory =
        BsdProvider.open(
            shim.platform(), new MutatedCalls(shim, mistake.function(), mistake.change()));
    VirtMem right = BsdProvider.open(shim.platform(), shim);
    mistake.operation().accept(right);
    assertThat(shim.complaint()).isEmpty();
    Throwable failure = catchThrowable(() -> mistake.operation().accept(memory));
    String complaint = shim.complaint();
    shim.forgive();
    if (!(failure instanceof AssertionError)) {
      assertThat(complaint).contains(mistake.function());
    }
  }

  /** Another system's number in the place of one. */
  private static Consumer<Object[]> bits(int argument, int right, int wrong) {
    return arguments -> {
      int value = (int) arguments[argument];
      if ((value & right) == right) {
        arguments[argument] = (value & ~right) | wrong;
      }
    };
  }

  /** PROT_MAX or PROT_MPROTECT of another system. */
  private static Consumer<Object[]> shift(int right, int wrong) {
    return arguments -> {
      int value = (int) arguments[PROT];
      arguments[PROT] = (value & 7) | (value >>> right) << wrong;
    };
  }

  private static Consumer<Object[]> to(int argument, Object value) {
    return arguments -> arguments[argument] = value;
  }

  private static Consumer<Object[]> swap(int one, int other) {
    return arguments -> {
      Object first = arguments[one];
      arguments[one] = arguments[other];
      arguments[other] = first;
    };
  }

  private static Consumer<Object[]> swapNumbers(int wide, int narrow) {
    return arguments -> {
      Object first = arguments[wide];
      arguments[wide] = (long) (int) arguments[narrow];
      arguments[narrow] = (int) (long) first;
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
    memory.release(memory.allocate(page(memory), Protection.RW));
  }

  private static void protect(VirtMem memory) {
    MemorySegment mapped = memory.allocate(page(memory), Protection.RW);
    try {
      memory.protect(mapped, Protection.RX);
    } finally {
      memory.release(mapped);
    }
  }

  private static void dual(VirtMem memory) {
    memory.release(memory.allocateDual(page(memory)));
  }

  private static void memfd(VirtMem memory) {
    dual(memory, "memfd_create");
  }

  private static void file(VirtMem memory) {
    dual(memory, "temporary file");
  }

  private static void dual(VirtMem memory, String mechanism) {
    MappingOptions only = MappingOptions.NONE.withMechanism(mechanism);
    memory.release(memory.allocateDual(page(memory), only));
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
