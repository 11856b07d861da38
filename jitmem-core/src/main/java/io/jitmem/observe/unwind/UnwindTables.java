package io.jitmem.observe.unwind;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.CodeTable;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FunctionTables;
import java.util.List;

/**
 * Lets the process's own unwinder go through code: for C++ exceptions that cross it, {@code
 * backtrace()} and the like. Thread-safe.
 *
 * <p>Where the backend has {@link FunctionTables}, the system unwinds. It is told of those
 * functions that begin by setting up a frame pointer; any other is one without a frame to it. An
 * {@code .eh_frame} that is described with code is not used there. What is said of the functions
 * takes memory within 4 GiB above the code: where there is no place left, a publication is not
 * registered and fails for this listener.
 *
 * <p>Elsewhere it is gcc's unwinder, {@code libgcc_s.so.1}. Code is left by the {@code .eh_frame}
 * that is described with it, used where it is; without such, by one that is made of those functions
 * that begin by setting up a frame pointer. At other code an unwinder stops.
 *
 * <p>Exceptions may not go on into Java, whose frames no such unwinder knows: it ends the process.
 *
 * <p>What gcc's costs depends on its version. Before gcc 13 every look-up, also one for other code
 * once anything is registered, takes a lock of the whole process and goes through all registered
 * code in a row, and so does a removal, but for what was registered last. Since gcc 13 both take
 * the logarithm of their number, and look-ups no lock.
 */
public final class UnwindTables implements CodeListener, AutoCloseable {
  private final Unwinder unwinder;
  private final CodeTable<Unwinder.Registration> entries = new CodeTable<>();
  private boolean closed;

  private UnwindTables(Unwinder unwinder) {
    this.unwinder = unwinder;
  }

  /**
   * Finds the unwinder for code in memory of the {@linkplain VirtMem#host() host's backend}. One
   * that cannot be opened counts as one without tables.
   *
   * @return tables to add to an allocator or a runtime, and to close after it
   * @throws UnsupportedOperationException as by {@link #open(VirtMem)}
   */
  public static UnwindTables open() {
    VirtMem host;
    try {
      host = VirtMem.host();
    } catch (UnsupportedOperationException none) {
      return withoutBackend(none);
    }
    return open(host);
  }

  private static UnwindTables withoutBackend(UnsupportedOperationException none) {
    try {
      return new UnwindTables(new FrameUnwinder());
    } catch (UnsupportedOperationException neither) {
      neither.addSuppressed(none);
      throw neither;
    }
  }

  /**
   * Finds the unwinder for code in memory of a backend.
   *
   * @param memory the backend of the allocator or runtime that this is for
   * @return tables to add to it, and to close after it
   * @throws UnsupportedOperationException if the backend has {@link FunctionTables} but not in this
   *     version of the system or for this CPU; or if it has none, and there is no {@code
   *     libgcc_s.so.1} of gcc, or native access is denied
   */
  public static UnwindTables open(VirtMem memory) {
    return new UnwindTables(
        memory instanceof FunctionTables tables
            ? new TableUnwinder(memory, tables)
            : new FrameUnwinder());
  }

  /**
   * Registers the functions of code, if there are any to say something of.
   *
   * @throws IllegalArgumentException if a symbol that is described is not in the code, or frames
   *     that are used are damaged or of other code; then nothing is registered for it
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses, or has no place in reach of
   *     the code; then nothing is registered for it
   */
  @Override
  public synchronized void published(PublishedCode code) {
    if (closed) {
      return;
    }
    remove(code.range());
    unwinder.register(code).ifPresent(registered -> entries.put(code.range(), registered));
  }

  @Override
  public synchronized void released(CodeRange range) {
    remove(range);
  }

  @Override
  public synchronized void reset(CodeRange block) {
    remove(block);
  }

  private void remove(CodeRange range) {
    Failures failures = new Failures();
    remove(entries.remove(range), failures);
    failures.rethrow();
  }

  private static void remove(List<Unwinder.Registration> registered, Failures failures) {
    registered.forEach(each -> failures.run(each::remove));
  }

  /**
   * For how many pieces of code functions are registered.
   *
   * @return 0 or more; 0 once this is closed
   */
  public synchronized int count() {
    return entries.count();
  }

  /**
   * Removes what is registered, the last first, which costs gcc's unwinder least. What it is told
   * afterwards is not registered. Closing a second time does nothing.
   *
   * @throws io.jitmem.virtmem.VirtMemException if the system does not take back the memory of some
   *     table; all are removed even so
   */
  @Override
  public synchronized void close() {
    closed = true;
    Failures failures = new Failures();
    remove(entries.removeAll(), failures);
    failures.run(unwinder::close);
    failures.rethrow();
  }

  @Override
  public String toString() {
    return "UnwindTables[" + count() + " pieces of code]";
  }
}
