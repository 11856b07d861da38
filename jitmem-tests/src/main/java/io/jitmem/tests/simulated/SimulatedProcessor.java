package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.books.Page;
import io.jitmem.tests.simulated.books.Page.Use;
import io.jitmem.tests.simulated.books.Runs.Run;
import io.jitmem.tests.simulated.books.Text;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Accesses memory of a {@link SimulatedVirtMem} as a program would, and faults where a processor
 * would. With phantom segments this is the only way to give memory contents, and every write is
 * known; with backed segments, what was written through a segment is found by comparison when it is
 * flushed or executed. Thread-safe.
 */
public final class SimulatedProcessor {
  private final SimulatedMemory memory;
  private final ReentrantLock lock;

  SimulatedProcessor(SimulatedMemory memory, ReentrantLock lock) {
    this.memory = memory;
    this.lock = lock;
  }

  /**
   * Loads bytes.
   *
   * @param address the address of the first
   * @param byteCount how many, at least 0
   * @return the bytes
   * @throws SimulatedFault if one of them is not mapped or not readable
   */
  public byte[] read(long address, int byteCount) {
    byte[] bytes = new byte[byteCount];
    locked(() -> {
      for (Run<Page> run :
          require(address, byteCount, "read", page -> page.protection().readable())) {
        int from = (int) (run.start() - address);
        memory.backing().read(frame(run), bytes, from, (int) run.byteSize());
      }
    });
    return bytes;
  }

  /**
   * Stores bytes; all or none.
   *
   * @param address the address of the first
   * @param bytes what to store
   * @throws SimulatedFault if one of them would go where nothing is mapped, to a page that is not
   *     writable, or to one under the per-thread write switch, which is off for this thread
   */
  public void write(long address, byte[] bytes) {
    write(address, bytes, memory.jitSwitch()::allowsWrite);
  }

  /**
   * Turns the calling thread's write switch, as a program in a JVM must not: while it is on, the
   * thread can execute no memory that is under it.
   *
   * @param on whether such memory is to be written, and not executed
   */
  public void turnJitSwitch(boolean on) {
    locked(() -> memory.jitSwitch().turn(on));
  }

  /**
   * Stores bytes in memory under the per-thread write switch: the switch is turned, the bytes are
   * stored and the switch is turned back, all in one step as a program in a JVM has to.
   *
   * @param address the address of the first
   * @param bytes what to store
   * @throws SimulatedFault if one of them would go where nothing is mapped, or to a page that is
   *     not writable or not under the switch
   */
  public void writeJit(long address, byte[] bytes) {
    write(address, bytes, page -> page.protection().writable() && page.jit());
  }

  /**
   * Executes code, as far as finding it goes: a core fetches all bytes of a range.
   *
   * @param address the address of the first
   * @param byteCount how many, above 0
   * @throws SimulatedFault if one of them is not mapped, not executable, under the per-thread write
   *     switch while that is on for this thread, not flushed since it was written, or may have been
   *     fetched before it was changed with no synchronisation since
   */
  public void requireExecutable(long address, long byteCount) {
    locked(() -> {
      require(address, byteCount, "execution", memory.jitSwitch()::allowsExecution);
      memory.cores().fetch(address, address + byteCount);
    });
  }

  /**
   * Makes a call that is checked, as far as finding its target goes.
   *
   * @param address the address that is called
   * @throws SimulatedFault if it is not listed ({@link SimulatedVirtMem#addCallTargets}), or not
   *     executable
   */
  public void requireCallable(long address) {
    locked(() -> {
      require(address, 1, "call", memory.jitSwitch()::allowsExecution);
      if (!memory.callTargets().contains(address)) {
        throw new SimulatedFault(
            address, "call at %s: no call may enter there".formatted(Text.of(address)));
      }
    });
  }

  private void write(long address, byte[] bytes, Predicate<Page> allowed) {
    locked(() -> {
      require(address, bytes.length, "write", allowed);
      memory.write(address, bytes);
    });
  }

  /** The pages of a range, all of them mapped and allowing what is to be done. */
  private List<Run<Page>> require(
      long address, long byteCount, String what, Predicate<Page> allowed) {
    List<Run<Page>> found = memory.pages().in(address, byteCount);
    long at = address;
    for (Run<Page> run : found) {
      if (run.start() != at) {
        break;
      }
      if (!allowed.test(run.value())) {
        throw fault(at, what, run.value());
      }
      at = run.end();
    }
    if (at < address + byteCount) {
      throw fault(at, what, null);
    }
    return found;
  }

  private SimulatedFault fault(long address, String what, @Nullable Page page) {
    return new SimulatedFault(address, "%s at %s: %s".formatted(what, Text.of(address), why(page)));
  }

  private String why(@Nullable Page page) {
    if (page == null) {
      return "nothing is mapped there";
    }
    String jit =
        page.jit()
            ? ", under the per-thread write switch, which is "
                + (memory.jitSwitch().isOn() ? "on" : "off")
            : "";
    return page.use() == Use.RESERVED
        ? "the page is reserved and not committed"
        : "the page is " + page.use().text() + " with protection " + page.protection() + jit;
  }

  private static long frame(Run<Page> run) {
    return run.start() + run.value().frameDistance();
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
