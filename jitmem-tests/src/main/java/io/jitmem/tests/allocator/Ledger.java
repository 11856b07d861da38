package io.jitmem.tests.allocator;

import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was taken from a backend and not given back. A proxy, so that no operation that a backend
 * has or will have is hidden. Thread-safe.
 */
final class Ledger implements InvocationHandler {
  private final VirtMem backend;

  /** Sizes by address. */
  private final Map<Long, Long> live = new ConcurrentHashMap<>();

  Ledger(VirtMem backend) {
    this.backend = backend;
  }

  /** The backend, seen through the ledger. */
  VirtMem virtMem() {
    return (VirtMem)
        Proxy.newProxyInstance(
            VirtMem.class.getClassLoader(), new Class<?>[] {VirtMem.class}, this);
  }

  /** Checks that everything was given back. */
  void requireEmpty() {
    if (!live.isEmpty()) {
      throw new AssertionError("not given back to the backend, sizes by address: " + live);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
      throws Throwable {
    boolean giving = method.getName().equals("release");
    if (giving) {
      // Before the memory goes: another thread may be given the same address at once.
      segments(arguments[0]).forEach(segment -> live.remove(segment.address()));
    }
    try {
      Object result = method.invoke(backend, arguments);
      note(result);
      return result;
    } catch (InvocationTargetException failed) {
      if (giving) {
        note(arguments[0]);
      }
      throw failed.getCause();
    }
  }

  private void note(@Nullable Object taken) {
    segments(taken).forEach(segment -> live.put(segment.address(), segment.byteSize()));
  }

  private static List<MemorySegment> segments(@Nullable Object taken) {
    return switch (taken) {
      case MemorySegment segment -> List.of(segment);
      case DualMapping dual -> List.of(dual.rx(), dual.rw());
      case null, default -> List.of();
    };
  }
}
