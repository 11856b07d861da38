package io.jitmem.bsd;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Places;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixAbi;
import io.jitmem.posix.ProtectionBound;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongToIntFunction;

/**
 * FreeBSD 13 and later. The later protections of a mapping are bounded by PROT_MAX, which we always
 * say, so that {@code vm.imply_prot_max} has nothing to imply. From {@code sys/mman.h}, {@code
 * sys/fcntl.h}, {@code sys/errno.h}, {@code sys/membarrier.h}; the same on the CPUs known.
 */
final class FreeBsd implements BsdSystem {
  static final String NAME = "FreeBSD";

  static final int MAP_EXCL = 0x4000;
  static final int MAP_ALIGNED_SUPER = 0x1000000;

  /** PROT_MAX shifts the bits of a protection by so much. */
  static final int _PROT_MAX_SHIFT = 16;

  static final int O_CLOEXEC = 0x100000;

  /** The pointer that stands for an object without a name. */
  static final int SHM_ANON = 1;

  static final int MFD_CLOEXEC = 1;

  static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32;
  static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;

  static final int P_PID = 0;
  static final int PROC_WXMAP_STATUS = 22;
  static final int PROC_WXORX_ENFORCE = 0x80000000;

  static final int EOVERFLOW = 84;
  static final int ENOTCAPABLE = 93;
  static final int ECAPMODE = 94;

  private static final String DENIED =
      "no memory is writable and executable at once: RWX is refused with EACCES, unless the program"
          + " is marked (elfctl wxneeded) or exempt (procctl)";

  /** No CPU known has smaller superpages: below it nothing is looked up. */
  private static final long LEAST_SUPERPAGE = 1 << 20;

  @Override
  public String name() {
    return NAME;
  }

  /** It has no MAP_NORESERVE: memory is not reserved until it is touched. */
  @Override
  public PosixAbi abi() {
    return new PosixAbi(
        Bsd.MAP_ANON,
        0,
        Bsd.O_CREAT,
        Bsd.O_EXCL,
        O_CLOEXEC,
        Bsd.O_NOFOLLOW,
        new ProtectionBound("PROT_MAX", _PROT_MAX_SHIFT));
  }

  @Override
  public ErrnoTable errors() {
    return Bsd.errors()
        .add(EOVERFLOW, "EOVERFLOW", Kind.OUT_OF_MEMORY)
        .add(ENOTCAPABLE, "ENOTCAPABLE", Kind.PERMISSION_DENIED)
        .add(ECAPMODE, "ECAPMODE", Kind.PERMISSION_DENIED);
  }

  @Override
  public NativeFunction shmOpen() {
    return BsdCalls.SHM_OPEN_OF_SHORT_MODE;
  }

  @Override
  public List<NativeFunction> functions() {
    return List.of(
        shmOpen(),
        BsdCalls.MEMFD_CREATE,
        BsdCalls.SYSCTLBYNAME,
        BsdCalls.GETPAGESIZES,
        BsdCalls.PROCCTL,
        BsdCalls.MEMBARRIER,
        BsdCalls.CLEAR_CACHE);
  }

  @Override
  public String hint(String function, String text, int code) {
    return switch (code) {
      case ErrnoTable.EACCES -> accessHint(text);
      case ErrnoTable.EINVAL ->
          text.contains("PROT_MAX") ? "FreeBSD before 13 does not know PROT_MAX" : "";
      case ENOTCAPABLE, ECAPMODE -> "the process is in Capsicum's capability mode";
      default -> "";
    };
  }

  private static String accessHint(String text) {
    if (text.contains("PROT_WRITE|PROT_EXEC")) {
      return "kern.elf64.allow_wx is 0, or the process has denied it to itself (PROC_WXMAP_CTL)";
    }
    return text.startsWith("mprotect(") ? "the mapping was made with less (PROT_MAX)" : "";
  }

  @Override
  public List<DualRoute> routes(BsdKernel kernel) {
    LongToIntFunction alignment = byteSize -> alignment(kernel, byteSize);
    DualRoute anonymous =
        new FileRoute(
            "SHM_ANON", kernel.posix(), options -> anonymousObject(kernel), false, alignment);
    return List.of(
        anonymous,
        FileRoute.memfd(kernel, MFD_CLOEXEC, alignment),
        FileRoute.temporaryFile(kernel));
  }

  private static int anonymousObject(BsdKernel kernel) {
    return kernel
        .posix()
        .shmOpen(
            MemorySegment.ofAddress(SHM_ANON),
            "SHM_ANON",
            Posix.O_RDWR | Bsd.O_CREAT,
            Posix.OWNER_ONLY);
  }

  @Override
  public Places places(BsdKernel kernel) {
    return new Places.Hinted(new ReservedSpace(kernel.posix()), Posix.MAP_FIXED | MAP_EXCL);
  }

  /** Superpages come by themselves where the mapping begins at a multiple of their size. */
  @Override
  public int alignment(BsdKernel kernel, long byteSize) {
    if (byteSize < LEAST_SUPERPAGE) {
      return 0;
    }
    long superpage = kernel.own().superpageByteSize();
    return superpage > 0 && byteSize % superpage == 0 ? MAP_ALIGNED_SUPER : 0;
  }

  @Override
  public CoreBarrier barrier(BsdKernel kernel) {
    return new Membarrier(kernel.own(), PageBarrier.on(this, kernel));
  }

  @Override
  public void requireBounding(BsdKernel kernel, Protection maximum) {
    if (maximum == Protection.NONE) {
      throw new UnsupportedOperationException(
          "FreeBSD takes PROT_MAX(PROT_NONE) for no bound at all");
    }
  }

  @Override
  public String largePages() {
    return "superpages are the kernel's choice on FreeBSD: mappings of their size are aligned for"
        + " them (MAP_ALIGNED_SUPER), and whether they come is not known";
  }

  /** What is in force for this process counts; releases that cannot tell have the setting alone. */
  @Override
  public List<Condition> conditions(BsdKernel kernel) {
    List<Condition> found = new ArrayList<>();
    OptionalInt status = kernel.own().processStatus(P_PID, PROC_WXMAP_STATUS);
    OptionalLong allowed = kernel.own().setting("kern.elf64.allow_wx");
    allowed.ifPresent(value ->
        found.add(condition("kern.elf64.allow_wx", value, status.isEmpty() && value == 0, DENIED)));
    status.ifPresent(bits ->
        found.add(
            condition(
                "PROC_WXMAP_STATUS",
                Integer.toUnsignedLong(bits),
                (bits & PROC_WXORX_ENFORCE) != 0,
                DENIED)));
    kernel
        .own()
        .setting("vm.imply_prot_max")
        .ifPresent(value ->
            found.add(
                new Condition(
                    "vm.imply_prot_max",
                    String.valueOf(value),
                    false,
                    value == 0 ? "" : "nothing follows for jitmem, whose mappings say PROT_MAX")));
    return found;
  }

  private static Condition condition(String name, long value, boolean restricts, String meaning) {
    String text = value > 9 ? "0x" + Long.toHexString(value) : String.valueOf(value);
    return new Condition(name, text, restricts, restricts ? meaning : "");
  }
}
