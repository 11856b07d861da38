package io.jitmem.observe.gdb;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.CodeTable;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Shows code to gdb, and to other debuggers with its JIT interface: an attached one is told of each
 * function as it comes and goes, one that attaches later finds those that are there. Backtraces
 * have their names and go through them by the frames that are described; without such, functions
 * that begin by setting up a frame pointer are left by it. Thread-safe.
 *
 * <p>Each piece of code costs some microseconds and, until it goes, about 700 bytes of native
 * memory and 100 for each further function. Code that is written again replaces what was there. Of
 * what is shrunk nothing is shown any more from then on.
 *
 * <p>A debugger finds all this in a shared library of 1 KiB, which is written to a file and loaded:
 * the file must be there when the debugger attaches, and is deleted by {@link #close}, or else when
 * the JVM ends by itself.
 */
public final class GdbJitInterface implements CodeListener, AutoCloseable {
  private final Path library;
  private final Arena arena;
  private final DebuggerList list;
  private final CodeTable<DebuggerList.Entry> entries = new CodeTable<>();
  private boolean closed;

  private GdbJitInterface(Path library, Arena arena) {
    this.library = library;
    this.arena = arena;
    list = new DebuggerList(library.toString(), arena);
  }

  /**
   * Loads the library from the directory for temporary files.
   *
   * @return an interface to add to an allocator or a runtime, and to close after it
   * @throws UncheckedIOException if the library cannot be written
   * @throws UnsupportedOperationException if it cannot be loaded, because native access is denied,
   *     the directory forbids to execute files, or this system's libraries are not ELF files; or if
   *     jitmem does not know the CPU
   */
  public static GdbJitInterface open() {
    return open(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /**
   * Loads the library from a directory.
   *
   * @param directory where the library's file may be created, executed, and read by the debugger
   * @return an interface to add to an allocator or a runtime, and to close after it
   * @throws UncheckedIOException if the library cannot be written
   * @throws UnsupportedOperationException as by {@link #open()}
   */
  public static GdbJitInterface open(Path directory) {
    byte[] bytes = LibraryFile.of(cpu());
    try {
      // Nobody else may write to it, whatever the process's defaults are.
      Path library = Files.createTempFile(directory.toAbsolutePath(), "jitmem-gdb", ".so");
      library.toFile().deleteOnExit();
      try {
        return load(Files.write(library, bytes));
      } catch (IOException | RuntimeException | Error failure) {
        Files.delete(library);
        throw failure;
      }
    } catch (IOException refused) {
      throw new UncheckedIOException(
          "gdb's library cannot be written to " + directory + ": open another directory", refused);
    }
  }

  private static Architecture cpu() {
    Platform platform = Platform.current();
    return platform
        .architecture()
        .orElseThrow(
            () -> new UnsupportedOperationException("gdb cannot be shown code on " + platform));
  }

  @SuppressWarnings("MustBeClosedChecker") // close() closes it
  private static GdbJitInterface load(Path library) {
    Arena arena = Arena.ofShared();
    try {
      return new GdbJitInterface(library, arena);
    } catch (IllegalArgumentException refused) {
      arena.close();
      throw new UnsupportedOperationException(
          "the system does not load "
              + library
              + ": open a directory whose files may be executed; libraries must be ELF files",
          refused);
    } catch (RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
  }

  /**
   * Shows code.
   *
   * @throws IllegalArgumentException if a symbol that is described is not in the code, or the
   *     frames are damaged or of other code; then it is not shown
   */
  @Override
  public synchronized void published(PublishedCode code) {
    if (closed) {
      return;
    }
    remove(code.range());
    entries.put(code.range(), list.add(SymbolFile.of(code)));
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
    for (DebuggerList.Entry entry : entries.remove(range)) {
      list.remove(entry);
    }
  }

  /**
   * How many pieces of code are shown.
   *
   * @return 0 or more; 0 once this is closed
   */
  public synchronized int count() {
    return entries.count();
  }

  /**
   * Shows nothing any more, unloads the library and deletes its file. What it is told afterwards is
   * not shown. Closing a second time does nothing.
   *
   * @throws UncheckedIOException if the file cannot be deleted; all else is done
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    entries.removeAll().forEach(list::remove);
    arena.close();
    try {
      Files.deleteIfExists(library);
    } catch (IOException refused) {
      throw new UncheckedIOException("gdb's library cannot be deleted", refused);
    }
  }

  @Override
  public String toString() {
    return "GdbJitInterface[" + library + "]";
  }
}
