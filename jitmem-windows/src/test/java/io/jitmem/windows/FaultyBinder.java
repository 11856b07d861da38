package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The calls of a system, counted and tracked, of which one can be made to fail: it is not made
 * then, and answers what the function answers for a failure, with the error that was asked for.
 */
final class FaultyBinder implements WindowsBinder {
  /** They have no error. */
  private static final Set<String> HARMLESS =
      Set.of(
          "GetCurrentProcess",
          "GetSystemInfo",
          "GetLargePageMinimum",
          "FlushProcessWriteBuffers",
          "GetProcessMitigationPolicy",
          "IsWow64Process2",
          "RtlDeleteGrowableFunctionTable");

  private final WindowsBinder real;
  private final List<String> calls = new ArrayList<>();
  private final Set<String> missing = new HashSet<>();
  private boolean segmentsFail;
  private int failing = Integer.MAX_VALUE;
  private String failingName = "";
  private int error;
  private int counted;
  private int times = Integer.MAX_VALUE;

  /** What the calls that were made have left reserved, mapped or open. */
  private final Set<String> taken = new TreeSet<>();

  FaultyBinder(WindowsBinder real) {
    this.real = real;
  }

  /** What is left: addresses that are reserved or mapped, and handles. */
  Set<String> left() {
    return Set.copyOf(taken);
  }

  /** Makes the {@code index}th of the calls that may fail do so, counted from 0 and from now. */
  void failAt(int index, int withError) {
    failing = index;
    failingName = "";
    error = withError;
    counted = 0;
    calls.clear();
  }

  /** Makes every call of a function fail. */
  void failAlways(String function, int withError) {
    failTimes(function, withError, Integer.MAX_VALUE);
  }

  /** Makes the next calls of a function fail. */
  void failTimes(String function, int withError, int howOften) {
    failAt(Integer.MAX_VALUE, withError);
    failingName = function;
    times = howOften;
  }

  /** Makes no segments until nothing is to fail. */
  void failSegments() {
    segmentsFail = true;
  }

  void failNothing() {
    segmentsFail = false;
    failAt(Integer.MAX_VALUE, 0);
  }

  /** Makes a system that lacks a function; before its first call. */
  void lack(String function) {
    missing.add(function);
  }

  /** The calls that may fail, made or failed since the last fault was set, in order. */
  List<String> calls() {
    return calls;
  }

  @Override
  public CapturedError error() {
    return real.error();
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    if (segmentsFail) {
      throw new IllegalStateException("no segment, as the test wants it");
    }
    return real.segment(address, byteSize, arena);
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    if (missing.contains(function.symbol())) {
      return Optional.empty();
    }
    return real.bind(function).map(handle -> tracked(function, handle));
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
    if (HARMLESS.contains(name)) {
      return handle.invokeWithArguments(arguments);
    }
    calls.add(name);
    if (counted++ == failing || (name.equals(failingName) && times-- > 0)) {
      if (!function.capturesErrno()) {
        return error; // an NTSTATUS
      }
      ((MemorySegment) arguments[0]).set(JAVA_INT, error().byteOffset(), error);
      return handle.type().returnType() == long.class ? (Object) 0L : (Object) 0;
    }
    Object result = handle.invokeWithArguments(arguments);
    track(name, arguments, result);
    return result;
  }

  private void track(String name, Object[] arguments, Object result) {
    switch (name) {
      case "VirtualAlloc" -> reserved((int) arguments[3], result);
      case "VirtualAlloc2" -> reserved((int) arguments[4], result);
      case "MapViewOfFile" -> add("view", result);
      case "CreateFileMappingW" -> add("handle", result);
      case "OpenProcessToken" -> add("handle", ((MemorySegment) arguments[3]).get(JAVA_LONG, 0));
      case "VirtualFree" -> {
        if (arguments[2].equals(0L) && !result.equals(0)) {
          taken.remove("memory " + arguments[1]);
        }
      }
      case "UnmapViewOfFile" -> {
        remove("view", arguments[1], result);
        // Where it replaced a placeholder, what was reserved there is gone, too.
        remove("memory", arguments[1], result);
      }
      case "CloseHandle" -> remove("handle", arguments[1], result);
      default -> {}
    }
  }

  private void reserved(int type, Object address) {
    boolean replaces = (type & WindowsAbi.MEM_REPLACE_PLACEHOLDER) != 0;
    if ((type & WindowsAbi.MEM_RESERVE) != 0 && !replaces) {
      add("memory", address);
    }
  }

  private void add(String what, Object value) {
    if (!value.equals(0L)) {
      taken.add(what + " " + value);
    }
  }

  private void remove(String what, Object value, Object result) {
    if (!result.equals(0)) {
      taken.remove(what + " " + value);
    }
  }
}
