/**
 * The allocator for machine code, the runtime that makes method handles of it, and the command
 * line.
 *
 * <p>It binds method handles to generated code, so it needs {@code
 * --enable-native-access=io.jitmem.core}.
 */
@SuppressWarnings("module") // the backends are built after this module
module io.jitmem.core {
  requires transitive io.jitmem.api;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports io.jitmem.allocator;
  exports io.jitmem.code;
  exports io.jitmem.cpu;
  exports io.jitmem.observe;
  exports io.jitmem.observe.picture;
  exports io.jitmem.observe.gdb;
  exports io.jitmem.observe.unwind;
  exports io.jitmem.observe.perf;
  exports io.jitmem.runtime;
  exports io.jitmem.nativecall to
      io.jitmem.linux,
      io.jitmem.windows,
      io.jitmem.macos,
      io.jitmem.bsd;
  exports io.jitmem.mapped to
      io.jitmem.linux,
      io.jitmem.windows,
      io.jitmem.macos,
      io.jitmem.bsd;
  exports io.jitmem.posix to
      io.jitmem.linux,
      io.jitmem.macos,
      io.jitmem.bsd;
}
