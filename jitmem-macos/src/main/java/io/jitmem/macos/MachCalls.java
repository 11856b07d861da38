package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The calls of Mach's virtual memory ({@code mach/mach_vm.h}), one method each. A call that does
 * not answer KERN_SUCCESS throws {@link io.jitmem.virtmem.VirtMemException} with its arguments and
 * that answer.
 */
final class MachCalls {
  /** The variable that the macro mach_task_self() reads. */
  static final String MACH_TASK_SELF = "mach_task_self_";

  static final NativeFunction MACH_VM_REMAP =
      NativeFunction.of(
              "mach_vm_remap",
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG,
                  JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
          .withoutErrno();

  static final NativeFunction MACH_VM_MAP =
      NativeFunction.of(
              "mach_vm_map",
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG,
                  JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT))
          .withoutErrno();

  static final NativeFunction MACH_VM_PROTECT =
      NativeFunction.of(
              "mach_vm_protect",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT))
          .withoutErrno();

  static final List<NativeFunction> FUNCTIONS =
      List.of(MACH_VM_REMAP, MACH_VM_MAP, MACH_VM_PROTECT);

  private final MacosBinder binder;
  private final BoundFunction remap;
  private final BoundFunction map;
  private final BoundFunction protect;

  MachCalls(MacosBinder binder) {
    this.binder = binder;
    remap = new BoundFunction(binder, MACH_VM_REMAP);
    map = new BoundFunction(binder, MACH_VM_MAP);
    protect = new BoundFunction(binder, MACH_VM_PROTECT);
  }

  /** The port of this process's task. */
  int self() {
    long address =
        binder
            .symbol(MACH_TASK_SELF)
            .orElseThrow(
                () -> new UnsupportedOperationException("this system has no " + MACH_TASK_SELF));
    return binder.segment(address, Integer.BYTES, Arena.global()).get(JAVA_INT, 0);
  }

  /**
   * Maps the pages at {@code source} once more, in the place of what is at {@code place} if that is
   * not 0; no copy is made. Forked children do not get the new mapping.
   */
  long remap(long source, long byteSize, long place) {
    int flags = place == 0 ? Mach.VM_FLAGS_ANYWHERE : Mach.VM_FLAGS_FIXED | Mach.VM_FLAGS_OVERWRITE;
    try (Arena arena = Arena.ofConfined()) {
      int self = self();
      MemorySegment address = arena.allocateFrom(JAVA_LONG, place);
      MemorySegment current = arena.allocate(JAVA_INT);
      MemorySegment maximum = arena.allocate(JAVA_INT);
      int result =
          (int)
              remap
                  .handle()
                  .invokeExact(
                      self,
                      address,
                      byteSize,
                      0L,
                      flags,
                      self,
                      source,
                      0,
                      current,
                      maximum,
                      Mach.VM_INHERIT_NONE);
      if (result != Mach.KERN_SUCCESS) {
        throw Mach.failure(
            "mach_vm_remap(0x%x, %d, 0x%x, from 0x%x)".formatted(place, byteSize, flags, source),
            result);
      }
      return address.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Sets address space aside at an address, if nothing is there. */
  long reserve(long place, long byteSize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocateFrom(JAVA_LONG, place);
      int result =
          (int)
              map.handle()
                  .invokeExact(
                      self(),
                      address,
                      byteSize,
                      0L,
                      Mach.VM_FLAGS_FIXED,
                      0,
                      0L,
                      0,
                      Mach.VM_PROT_NONE,
                      Mach.VM_PROT_ALL,
                      Mach.VM_INHERIT_COPY);
      if (result != Mach.KERN_SUCCESS) {
        throw Mach.failure(
            "mach_vm_map(0x%x, %d, VM_FLAGS_FIXED)".formatted(place, byteSize), result);
      }
      return address.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Makes {@code VM_PROT_*} bits the protection of pages, or what they may become at most. */
  void protect(long address, long byteSize, boolean atMost, int protection) {
    try {
      int result =
          (int) protect.handle().invokeExact(self(), address, byteSize, atMost ? 1 : 0, protection);
      if (result != Mach.KERN_SUCCESS) {
        throw Mach.failure(
            "mach_vm_protect(0x%x, %d, %s, 0x%x)"
                .formatted(address, byteSize, atMost ? "maximum" : "current", protection),
            result);
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
