package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The calls on memory, one method each. A call that fails throws {@link
 * io.jitmem.virtmem.VirtMemException} with its arguments and the error of this very call.
 */
final class MemoryCalls {
  /** The pages from an address on that have one state and protection. */
  record Region(long start, long byteSize, int state, int protect) {
    long end() {
      return start + byteSize;
    }

    boolean isFree() {
      return state == WindowsAbi.MEM_FREE;
    }
  }

  private final WindowsBinder binder;
  private final BoundFunction virtualAlloc;
  private final BoundFunction virtualAlloc2;
  private final BoundFunction virtualFree;
  private final BoundFunction virtualProtect;
  private final BoundFunction virtualQuery;

  MemoryCalls(WindowsBinder binder) {
    this.binder = binder;
    virtualAlloc = new BoundFunction(binder, WindowsFunctions.VIRTUAL_ALLOC);
    virtualAlloc2 = new BoundFunction(binder, WindowsFunctions.VIRTUAL_ALLOC2);
    virtualFree = new BoundFunction(binder, WindowsFunctions.VIRTUAL_FREE);
    virtualProtect = new BoundFunction(binder, WindowsFunctions.VIRTUAL_PROTECT);
    virtualQuery = new BoundFunction(binder, WindowsFunctions.VIRTUAL_QUERY);
  }

  /** Allocates memory, at {@code address} if that is not 0. */
  long virtualAlloc(long address, long byteSize, int type, int page) {
    try (CallState state = new CallState(binder.error())) {
      long result =
          (long) virtualAlloc.handle().invokeExact(state.segment(), address, byteSize, type, page);
      if (result == 0) {
        throw WindowsErrors.failure(
            text("VirtualAlloc", address, byteSize, type, page, ""), state.errno());
      }
      return result;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Whether this system has VirtualAlloc2. */
  boolean hasVirtualAlloc2() {
    return virtualAlloc2.exists();
  }

  /** As {@link #virtualAlloc}, with what only the later call knows. */
  long virtualAlloc2(long process, long address, long byteSize, int type, int page) {
    return virtualAlloc2(process, address, byteSize, type, page, null);
  }

  /** Allocates memory wholly within a range. */
  long virtualAlloc2Within(long process, Reach reach, long byteSize, int type) {
    return virtualAlloc2(process, 0, byteSize, type, WindowsAbi.PAGE_NOACCESS, reach);
  }

  private long virtualAlloc2(
      long process, long address, long byteSize, int type, int page, @Nullable Reach reach) {
    try (CallState state = new CallState(binder.error())) {
      MemorySegment parameter = reach == null ? MemorySegment.NULL : requirement(state, reach);
      int count = reach == null ? 0 : 1;
      long result =
          (long)
              virtualAlloc2
                  .handle()
                  .invokeExact(
                      state.segment(), process, address, byteSize, type, page, parameter, count);
      if (result == 0) {
        String within = reach == null ? "" : ", within " + reach;
        throw WindowsErrors.failure(
            text("VirtualAlloc2", address, byteSize, type, page, within), state.errno());
      }
      return result;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private static MemorySegment requirement(CallState state, Reach reach) {
    MemorySegment bounds = state.buffer(WindowsAbi.MEM_ADDRESS_REQUIREMENTS__sizeof);
    bounds.set(
        JAVA_LONG, WindowsAbi.MEM_ADDRESS_REQUIREMENTS__off__LowestStartingAddress, reach.from());
    bounds.set(
        JAVA_LONG, WindowsAbi.MEM_ADDRESS_REQUIREMENTS__off__HighestEndingAddress, reach.to() - 1);
    MemorySegment parameter = state.buffer(WindowsAbi.MEM_EXTENDED_PARAMETER__sizeof);
    parameter.set(JAVA_LONG, 0, WindowsAbi.MemExtendedParameterAddressRequirements);
    parameter.set(JAVA_LONG, WindowsAbi.MEM_EXTENDED_PARAMETER__off__ULong64, bounds.address());
    return parameter;
  }

  void virtualFree(long address, long byteSize, int type) {
    try (CallState state = new CallState(binder.error())) {
      int ok = (int) virtualFree.handle().invokeExact(state.segment(), address, byteSize, type);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "VirtualFree("
                + BitNames.hex(address)
                + ", "
                + byteSize
                + ", "
                + BitNames.freeType(type)
                + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Changes the protection of committed pages. */
  void virtualProtect(long address, long byteSize, int page) {
    try (CallState state = new CallState(binder.error())) {
      MemorySegment old = state.buffer(Integer.BYTES);
      int ok =
          (int) virtualProtect.handle().invokeExact(state.segment(), address, byteSize, page, old);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "VirtualProtect("
                + BitNames.hex(address)
                + ", "
                + byteSize
                + ", "
                + BitNames.newPage(page)
                + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** What lies at an address. */
  Region virtualQuery(long address) {
    try (CallState state = new CallState(binder.error())) {
      long size = WindowsAbi.MEMORY_BASIC_INFORMATION__sizeof;
      MemorySegment found = state.buffer(size);
      long got = (long) virtualQuery.handle().invokeExact(state.segment(), address, found, size);
      if (got == 0) {
        throw WindowsErrors.failure(
            "VirtualQuery(" + BitNames.address(address) + ")", state.errno());
      }
      return new Region(
          found.get(JAVA_LONG, WindowsAbi.MEMORY_BASIC_INFORMATION__off__BaseAddress),
          found.get(JAVA_LONG, WindowsAbi.MEMORY_BASIC_INFORMATION__off__RegionSize),
          found.get(JAVA_INT, WindowsAbi.MEMORY_BASIC_INFORMATION__off__State),
          found.get(JAVA_INT, WindowsAbi.MEMORY_BASIC_INFORMATION__off__Protect));
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private static String text(
      String function, long address, long byteSize, int type, int page, String more) {
    return function
        + "("
        + BitNames.address(address)
        + ", "
        + byteSize
        + ", "
        + BitNames.type(type)
        + ", "
        + BitNames.page(page)
        + more
        + ")";
  }
}
