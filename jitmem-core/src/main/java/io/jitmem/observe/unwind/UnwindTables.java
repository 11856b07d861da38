package io.jitmem.observe.unwind;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.CodeTable;
import io.jitmem.observe.tables.Frames;
import io.jitmem.observe.tables.NativeBytes;
import java.lang.foreign.MemorySegment;

/**
 * Lets the process's own unwinder, {@code libgcc_s.so.1}, go through code: for C++ exceptions that
 * cross it, {@code backtrace()} and the like. Code is left by the {@code .eh_frame} that is
 * described with it, used where it is; without such, by one that is made of those functions that
 * begin by setting up a frame pointer. At other code an unwinder stops. Thread-safe.
 *
 * <p>Exceptions may not go on into Java, whose frames no such unwinder knows: it ends the process.
 *
 * <p>What it costs depends on the library. Before gcc 13 every look-up, also one for other code
 * once anything is registered, takes a lock of the whole process and goes through all registered
 * code in a row, and so does a removal, but for what was registered last. Since gcc 13 both take
 * the logarithm of their number, and look-ups no lock.
 */
public final class UnwindTables implements CodeListener, AutoCloseable {
  /** What the library was given, and whether it was made here. */
  private record Registered(MemorySegment frames, boolean made) {}

  private final FrameRegistry registry = new FrameRegistry();
  private final NativeBytes memory = new NativeBytes();
  private final CodeTable<Registered> entries = new CodeTable<>();
  private boolean closed;

  private UnwindTables() {}

  /**
   * Finds the unwinder.
   *
   * @return tables to add to an allocator or a runtime, and to close after it
   * @throws UnsupportedOperationException if there is no {@code libgcc_s.so.1} of gcc, or native
   *     access is denied
   */
  public static UnwindTables open() {
    return new UnwindTables();
  }

  /**
   * Registers the frames of code, if there are any.
   *
   * @throws IllegalArgumentException if a symbol that is described is not in the code, or the
   *     frames are damaged or of other code; then nothing is registered for it
   */
  @Override
  public synchronized void published(PublishedCode code) {
    if (closed) {
      return;
    }
    remove(code.range());
    Frames.of(code).ifPresent(frames -> register(code.range(), frames));
  }

  private void register(CodeRange range, Frames frames) {
    MemorySegment at =
        frames.isInPlace()
            ? MemorySegment.ofAddress(frames.address())
            : memory.copyOf(frames.toArray());
    registry.register(at);
    entries.put(range, new Registered(at, !frames.isInPlace()));
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
    entries.remove(range).forEach(this::deregister);
  }

  private void deregister(Registered registered) {
    registry.deregister(registered.frames());
    if (registered.made()) {
      memory.free(registered.frames());
    }
  }

  /**
   * For how many pieces of code frames are registered.
   *
   * @return 0 or more; 0 once this is closed
   */
  public synchronized int count() {
    return entries.count();
  }

  /**
   * Removes what is registered, the last first, which costs the library least. What it is told
   * afterwards is not registered. Closing a second time does nothing.
   */
  @Override
  public synchronized void close() {
    closed = true;
    entries.removeAll().forEach(this::deregister);
  }

  @Override
  public String toString() {
    return "UnwindTables[" + count() + " pieces of code]";
  }
}
