package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * The real calls, counted and tracked, of which one can be made to fail: it is not made then, and
 * answers what the C function answers for a failure, with the errno that was asked for. What the
 * calls that were made have left mapped or open is known at any time.
 */
final class FaultyBinder implements CodeBinder {
  private static final Set<String> HARMLESS = Set.of("getpagesize", "munmap", "close");

  private final CodeBinder real = new LinuxLinker();
  private final TreeMap<Long, Long> mapped = new TreeMap<>();
  private final Set<Integer> open = new TreeSet<>();
  private final Set<String> files = new TreeSet<>();
  private final List<String> calls = new ArrayList<>();
  private int failing = Integer.MAX_VALUE;
  private String failingName = "";
  private IntPredicate failingIndex = index -> true;
  private long longestFile = Long.MAX_VALUE;
  private boolean ignoresNoReplace;
  private int errno;
  private int counted;

  /** Makes the {@code index}th of the calls that may fail do so, counted from 0 and from now. */
  void failAt(int index, int withErrno) {
    failing = index;
    failingName = "";
    errno = withErrno;
    counted = 0;
    calls.clear();
  }

  /** Makes every call of a function fail. */
  void failAlways(String function, int withErrno) {
    failWhere(function, withErrno, index -> true);
  }

  /** Makes the first calls of a function fail. */
  void failTimes(String function, int withErrno, int times) {
    failWhere(function, withErrno, index -> index < times);
  }

  /** Makes calls of a function fail by their index among those of the function, from 0. */
  void failWhere(String function, int withErrno, IntPredicate which) {
    failAt(Integer.MAX_VALUE, withErrno);
    failingName = function;
    failingIndex = which;
  }

  /** Makes every file shorter than it should be: what is mapped beyond its end has no memory. */
  void shortenFiles(long byteSize) {
    longestFile = byteSize;
  }

  /** Takes the address of every mapping that must replace none for a hint that is not followed. */
  void ignoreNoReplace() {
    failNothing();
    ignoresNoReplace = true;
  }

  void failNothing() {
    failAt(Integer.MAX_VALUE, 0);
  }

  /** The calls made or failed since the last fault was set, in order. */
  List<String> calls() {
    return calls;
  }

  /** What is left: mappings by address, descriptors and named files. */
  List<String> left() {
    List<String> left = new ArrayList<>();
    mapped.forEach((address, size) -> left.add("mapping of " + size + " at " + address));
    open.forEach(fd -> left.add("descriptor " + fd));
    left.addAll(files);
    return left;
  }

  /** Closes and removes what calls that were made to fail have left. */
  void cleanUp() {
    failNothing();
    PosixCalls calls =
        new PosixCalls(
            this,
            LinuxAbi.of(Architecture.X86_64).posix(),
            new CallErrors(LinuxErrors.table(), (function, text, code) -> ""),
            LinuxAbi.SHM_OPEN);
    List.copyOf(open).forEach(calls::close);
    files.stream().filter(name -> name.lastIndexOf('/') == 0).toList().forEach(calls::shmUnlink);
    List.copyOf(files).forEach(calls::unlink);
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    return real.bind(function).map(handle -> tracked(function, handle));
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return real.segment(address, byteSize, arena);
  }

  @Override
  public MethodHandle code(long address, FunctionDescriptor descriptor) {
    return real.code(address, descriptor);
  }

  private MethodHandle tracked(NativeFunction function, MethodHandle handle) {
    MethodType type = handle.type();
    try {
      MethodHandle call =
          MethodHandles.lookup()
              .bind(
                  this,
                  "call",
                  MethodType.methodType(
                      Object.class, NativeFunction.class, MethodHandle.class, Object[].class));
      return MethodHandles.insertArguments(call, 0, function, handle)
          .asCollector(Object[].class, type.parameterCount())
          .asType(type);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no method to track calls", impossible);
    }
  }

  @SuppressWarnings("unused") // called through a method handle
  Object call(NativeFunction function, MethodHandle handle, Object[] arguments) throws Throwable {
    String name = function.symbol();
    calls.add(name);
    boolean failsByName =
        name.equals(failingName)
            && failingIndex.test((int) calls.stream().filter(name::equals).count() - 1);
    boolean fails = failsByName || (!HARMLESS.contains(name) && counted++ == failing);
    if (fails) {
      return failure(function, arguments);
    }
    if (ignoresNoReplace
        && name.equals("mmap")
        && ((int) arguments[4] & LinuxAbi.MAP_FIXED_NOREPLACE) != 0) {
      arguments[1] = 0L;
    }
    if (name.equals("ftruncate")) {
      arguments[2] = Math.min((long) arguments[2], longestFile);
    }
    Object result = handle.invokeWithArguments(arguments);
    track(name, arguments, result);
    return result;
  }

  private Object failure(NativeFunction function, Object[] arguments) {
    if (!function.capturesErrno()) {
      return errno;
    }
    ((MemorySegment) arguments[0]).set(JAVA_INT, 0, errno);
    if (function.descriptor().toMethodType().returnType() == long.class) {
      return -1L;
    }
    return -1;
  }

  private void track(String name, Object[] arguments, Object result) {
    switch (name) {
      case "mmap" -> {
        boolean replaces = ((int) arguments[4] & Posix.MAP_FIXED) != 0;
        if (!replaces || !isWithinMapping((long) arguments[1], (long) arguments[2])) {
          noteMapping((long) result, (long) arguments[2]);
        }
      }
      case "mremap" -> noteMapping((long) result, (long) arguments[3]);
      case "munmap" -> mapped.remove((long) arguments[1]);
      case "memfd_create" -> noteOpen((int) result, "");
      case "open", "shm_open" -> noteOpen((int) result, nameOf(arguments));
      case "unlink", "shm_unlink" -> files.remove(nameOf(arguments));
      case "close" -> open.remove((int) arguments[1]);
      default -> {}
    }
  }

  private void noteMapping(long address, long byteSize) {
    if (address != -1) {
      mapped.put(address, byteSize);
    }
  }

  /** A fixed mapping over a part of another adds nothing to be unmapped. */
  private boolean isWithinMapping(long address, long byteSize) {
    Map.Entry<Long, Long> below = mapped.floorEntry(address);
    return below != null && address + byteSize <= below.getKey() + below.getValue();
  }

  private void noteOpen(int fd, String path) {
    if (fd >= 0) {
      open.add(fd);
      if (path.contains("jitmem-")) {
        files.add(path);
      }
    }
  }

  private static String nameOf(Object[] arguments) {
    return ((MemorySegment) arguments[1]).getString(0);
  }
}
