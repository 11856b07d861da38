package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.io.File;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that is restrained, by itself or from outside, and then does what a program that makes
 * code does. Prints what came of it, {@code name=value} a line; {@link RestrainedSystemTest} reads
 * it.
 */
@SuppressWarnings("restricted")
final class RestrainedProcess {
  private static final MethodHandle CALL =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT));
  private static final long MEBIBYTE = 1 << 20;
  private static final Path MAX_MAP_COUNT = Path.of("/proc/sys/vm/max_map_count");

  /** What the JVM may need while it makes the others. */
  private static final long SPARE_MAPPINGS = 60;

  private static final int REHEARSALS = 4;

  /** More than the calls of a method handle after which the JVM customises it. */
  private static final int OFTEN = 300;

  private RestrainedProcess() {}

  /** Runs one scenario. */
  public static void main(String[] arguments) throws Throwable {
    long before = writableExecutableBytes();
    switch (arguments[0]) {
      case "mdwe" -> {
        Restraints.denyWriteExecute();
        chooseByItself();
      }
      case "seccomp" -> {
        Restraints.filterWriteExecute();
        chooseByItself();
      }
      case "as-it-is" -> chooseDual("as-it-is");
      case "no-memfd" -> {
        Restraints.hide(Restraints.MEMFD_CREATE);
        chooseDual("no-memfd");
        Restraints.denyWriteExecute();
        chooseDual("no-memfd-mdwe");
      }
      case "temporary-file" ->
          print("mechanism", dual(MappingOptions.NONE.withPreferTemporaryFile(), MEBIBYTE));
      case "file-size" -> limited(Restraints.RLIMIT_FSIZE, 64 << 10, "memfd_create");
      case "descriptors" -> limited(Restraints.RLIMIT_NOFILE, openDescriptors(), "memfd_create");
      case "address-space" -> addressSpace();
      case "mappings" -> mappings();
      case "full" -> full();
      case "huge" -> huge(WriteStrategy.valueOf(arguments[1]));
      case "transparent" -> transparent(WriteStrategy.valueOf(arguments[1]));
      case "gigantic" -> gigantic();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    printWhatIsLeft(before);
    print("end", "alive");
  }

  private static void chooseByItself() throws Throwable {
    try (JitAllocator allocator = JitAllocator.builder().build()) {
      print("answer", runCode(allocator));
      print("strategy", allocator.statistics().strategy());
      print("reason", allocator.statistics().strategyReason());
    }
    for (Capability capability : VirtMem.host().capabilities().all()) {
      if (capability.ability().compareTo(Ability.DUAL_MAPPING) <= 0) {
        print(
            capability.ability() + "/" + capability.mechanism(),
            capability.available() + " " + capability.detail());
      }
    }
    for (Condition condition : VirtMem.host().conditions()) {
      print("condition/" + condition.name(), condition.value());
    }
  }

  private static void chooseDual(String name) throws Throwable {
    try (JitAllocator allocator = JitAllocator.builder().strategy(WriteStrategy.DUAL).build()) {
      print(name, dual(MappingOptions.NONE, 64 << 10));
      print(name + "/answer", runCode(allocator));
    } catch (VirtMemException refused) {
      print(name, refused.kind() + ": " + refused.getMessage());
    }
  }

  /** Maps, writes and calls code; gives the mechanism, or the refusal. */
  private static String dual(MappingOptions options, long byteSize) throws Throwable {
    VirtMem memory = VirtMem.host();
    DualMapping dual;
    try {
      dual = memory.allocateDual(byteSize, options);
    } catch (VirtMemException refused) {
      return refused.kind() + ": " + refused.getMessage();
    }
    byte[] code = SampleCode.returning(42);
    dual.rw().asSlice(0, code.length).copyFrom(MemorySegment.ofArray(code));
    memory.flushInstructionCache(dual.rx());
    int answer = (int) CALL.invokeExact(dual.rx());
    memory.release(dual);
    return answer == 42 ? dual.mechanism() : "called, but answered " + answer;
  }

  private static int runCode(JitAllocator allocator) throws Throwable {
    byte[] code = SampleCode.returning(42);
    Span span = allocator.allocate(code.length);
    try {
      allocator.write(span, code);
      return (int) CALL.invokeExact(span.entry());
    } finally {
      allocator.release(span);
    }
  }

  /** One mechanism is refused under a limit, another serves; without the limit the first does. */
  private static void limited(int resource, long limit, String mechanism) throws Throwable {
    MappingOptions only = MappingOptions.NONE.withMechanism(mechanism);
    print("before", dual(only, MEBIBYTE) + dual(MappingOptions.NONE, MEBIBYTE));
    // The classes of a refusal lie in folders here, so each takes a descriptor to be loaded.
    long unlimited = Restraints.limit(Restraints.RLIMIT_FSIZE, 64 << 10);
    String rehearsed = dual(only, MEBIBYTE) + dual(MappingOptions.NONE, MEBIBYTE);
    Restraints.limit(Restraints.RLIMIT_FSIZE, unlimited);
    print("rehearsed", rehearsed);
    long before = Restraints.limit(resource, limit);
    String refused = dual(only, MEBIBYTE);
    String served = dual(MappingOptions.NONE, MEBIBYTE);
    Restraints.limit(resource, before);
    print("refused", refused);
    print("served", served);
    print("after", dual(only, MEBIBYTE));
  }

  private static long openDescriptors() {
    String[] open = new File("/proc/self/fd").list();
    long highest = 0;
    for (String each : open == null ? new String[0] : open) {
      highest = Math.max(highest, Long.parseLong(each));
    }
    // One was for the list itself, and is closed again.
    return highest;
  }

  private static void addressSpace() throws Throwable {
    try (JitAllocator allocator =
        JitAllocator.builder().blockSize(64 * MEBIBYTE).strategy(WriteStrategy.DIRECT).build()) {
      long size = statusKibibytes("VmSize") << 10;
      long before = Restraints.limit(Restraints.RLIMIT_AS, size + 8 * MEBIBYTE);
      String refused = refusal(allocator, 40 * MEBIBYTE);
      Restraints.limit(Restraints.RLIMIT_AS, before);
      print("refused", refused);
      print("after", runCode(allocator));
    }
  }

  private static String refusal(JitAllocator allocator, long byteSize) {
    try {
      allocator.release(allocator.allocate(byteSize));
      return "nothing was refused";
    } catch (VirtMemException refused) {
      return refused.kind() + ": " + refused.getMessage();
    }
  }

  /**
   * Takes all mappings but a few, and then those few. The same is done before under a limit that
   * leaves the JVM alone, so that it needs no memory for classes when there is none.
   */
  private static void mappings() throws Throwable {
    VirtMem memory = VirtMem.host();
    long page = memory.pages().byteSize();
    long most = Long.parseLong(Files.readAllLines(MAX_MAP_COUNT).getFirst());
    try (JitAllocator allocator = JitAllocator.builder().strategy(WriteStrategy.DUAL).build()) {
      print("before", runCode(allocator));
      endRecorderWatch();
      for (Capability mechanism : memory.capabilities().of(Ability.DUAL_MAPPING)) {
        dual(MappingOptions.NONE.withMechanism(mechanism.mechanism()), page);
      }
      // The JVM makes a form for a handle that is called often: not when there is no mapping left.
      for (int i = 0; i < OFTEN; i++) {
        memory.release(memory.allocateDual(page));
      }
      rehearse(allocator);
      MemorySegment filler = memory.allocate(page * most, Protection.NONE);
      for (long i = ProcessMaps.lines().size() + SPARE_MAPPINGS; i < most; i += 2) {
        memory.protect(filler.asSlice((i & ~1L) * page, page), Protection.R);
      }
      String refused = untilRefused(allocator, page);
      memory.release(filler);
      print("refused", refused);
      print("after", runCode(allocator));
      print("spans", allocator.statistics().spanCount());
    }
  }

  /** Some seconds later it would load the recorder's classes, when there is no memory for them. */
  private static void endRecorderWatch() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("jitmem-recorder-watch")) {
        thread.interrupt();
        thread.join();
      }
    }
  }

  /** Has the first, the second and the third mapping refused, of memory and not of mappings. */
  private static void rehearse(JitAllocator allocator) throws Throwable {
    for (int room = 8; room <= 40; room += 16) {
      for (int i = 0; i < REHEARSALS; i++) {
        long size = statusKibibytes("VmSize") << 10;
        long unlimited = Restraints.limit(Restraints.RLIMIT_AS, size + room * MEBIBYTE);
        String refused = untilRefused(allocator, 16 * MEBIBYTE);
        Restraints.limit(Restraints.RLIMIT_AS, unlimited);
        print("rehearsed", refused);
      }
    }
  }

  /** Takes what is left for mappings of a size, and then asks an allocator for a block more. */
  private static String untilRefused(JitAllocator allocator, long byteSize) {
    VirtMem memory = VirtMem.host();
    List<DualMapping> last = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        last.add(memory.allocateDual(byteSize));
      }
      return "nothing was refused";
    } catch (VirtMemException usedUp) {
      return refusal(allocator, 64 * MEBIBYTE);
    } finally {
      last.forEach(memory::release);
    }
  }

  private static void full() throws Throwable {
    MappingOptions options = MappingOptions.NONE.withMechanism("shm_open");
    print("refused", dual(options, MEBIBYTE));
    print("left", String.join(",", names("/dev/shm")));
    Process larger =
        new ProcessBuilder("mount", "-o", "remount,size=4m", "/dev/shm").inheritIO().start();
    print("remount", larger.waitFor());
    print("after", dual(options, MEBIBYTE));
  }

  private static String[] names(String directory) {
    String[] names = new File(directory).list();
    return names == null ? new String[0] : names;
  }

  /** Nine spans that each fill a page of 2 MiB, from a pool for eight. */
  private static void huge(WriteStrategy strategy) throws Throwable {
    Restraints.denyTransparentHugePages();
    long almostAPage = 2 * MEBIBYTE - (64 << 10);
    try (JitAllocator allocator = largePages(strategy, 2 * MEBIBYTE)) {
      List<String> pages = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        Span span = allocator.allocate(almostAPage);
        allocator.write(span, SampleCode.returning(i));
        int answer = (int) CALL.invokeExact(span.entry());
        pages.add(answer + ":" + MappedPages.at(span.address()).kernelPageKibibytes());
      }
      print("pages", String.join(" ", pages));
      print("large", allocator.statistics().largePageBlockCount());
      print("fallback", allocator.statistics().largePageFallbackCount());
    }
  }

  /** Large pages that the kernel puts behind normal mappings. */
  private static void transparent(WriteStrategy strategy) throws Throwable {
    try (JitAllocator allocator = largePages(strategy, 4 * MEBIBYTE)) {
      Span span = allocator.allocate(3 * MEBIBYTE);
      allocator.write(span, SampleCode.returning(42));
      print("answer", (int) CALL.invokeExact(span.entry()));
      MappedPages pages = MappedPages.at(span.address());
      print("huge", pages.of("AnonHugePages") + pages.of("ShmemPmdMapped"));
      print("large", allocator.statistics().largePageBlockCount());
      print("fallback", allocator.statistics().largePageFallbackCount());
    }
    Restraints.denyTransparentHugePages();
    try (JitAllocator allocator = largePages(strategy, 4 * MEBIBYTE)) {
      Span span = allocator.allocate(3 * MEBIBYTE);
      print("denied", MappedPages.at(span.address()).of("AnonHugePages"));
      print("denied fallback", allocator.statistics().largePageFallbackCount());
    }
  }

  private static JitAllocator largePages(WriteStrategy strategy, long blockSize) {
    return JitAllocator.builder().strategy(strategy).largePages(true).blockSize(blockSize).build();
  }

  private static void gigantic() throws Throwable {
    VirtMem memory = VirtMem.host();
    long size = 1L << 30;
    MappingOptions options = MappingOptions.NONE.withLargePages(size);
    byte[] code = SampleCode.returning(7);
    MemorySegment direct = memory.allocate(size, Protection.RWX, options);
    direct.asSlice(0, code.length).copyFrom(MemorySegment.ofArray(code));
    print(
        "direct",
        (int) CALL.invokeExact(direct)
            + ":"
            + MappedPages.at(direct.address()).kernelPageKibibytes());
    memory.release(direct);
    DualMapping dual = memory.allocateDual(size, options);
    dual.rw().asSlice(0, code.length).copyFrom(MemorySegment.ofArray(code));
    print(
        "dual",
        (int) CALL.invokeExact(dual.rx())
            + ":"
            + MappedPages.at(dual.rx().address()).kernelPageKibibytes());
    memory.release(dual);
  }

  private static long statusKibibytes(String name) throws Exception {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      String line = lines.filter(each -> each.startsWith(name + ":")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
  }

  private static void printWhatIsLeft(long before) {
    print("leaked mappings", ProcessMaps.ourMappings());
    print("leaked descriptors", ProcessMaps.ourDescriptors());
    print("leaked bytes", writableExecutableBytes() - before);
  }

  /** The JVM's code cache is the rest of it, and as large at the end as at the start. */
  private static long writableExecutableBytes() {
    return ProcessMaps.lines().stream()
        .filter(line -> line.permissions().startsWith("rwx"))
        .mapToLong(line -> line.end() - line.start())
        .sum();
  }

  private static void print(String name, Object value) {
    System.out.println(name + "=" + String.valueOf(value).replace('\n', ' '));
  }
}
