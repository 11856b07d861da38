package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.observe.CodeListener;

/**
 * Turns machine code into functions that Java can call. Thread-safe; {@link #close()} ends every
 * function of it.
 *
 * <p>A function lives until it is closed, or its {@linkplain #scope() scope}, or the runtime; or,
 * if it is added through an {@linkplain #automaticScope() automatic scope}, until nobody can call
 * it any more.
 */
public final class JitRuntime extends JitLoader {
  private final LiveCode live;
  private final CodeLoader loader;

  private JitRuntime(JitAllocator allocator) {
    live = new LiveCode(allocator);
    loader = new CodeLoader(live, null, false);
  }

  @Override
  CodeLoader loader() {
    return loader;
  }

  /**
   * A runtime over an allocator with the default options.
   *
   * @return a new runtime
   * @throws UnsupportedOperationException if there is no backend for this system
   */
  public static JitRuntime create() {
    return over(JitAllocator.create());
  }

  /**
   * A runtime over an allocator with the default options that tells of its code.
   *
   * @param listeners who is told, in this order
   * @return a new runtime
   * @throws UnsupportedOperationException if there is no backend for this system
   */
  public static JitRuntime create(CodeListener... listeners) {
    JitAllocatorBuilder builder = JitAllocator.builder();
    for (CodeListener listener : listeners) {
      builder.listener(listener);
    }
    return over(builder.build());
  }

  /**
   * A runtime over an allocator.
   *
   * @param allocator where code is put; closed together with the runtime, and not to be closed or
   *     reset before it
   * @return a new runtime
   */
  public static JitRuntime over(JitAllocator allocator) {
    return new JitRuntime(allocator);
  }

  /**
   * The allocator that code is put into.
   *
   * @return the allocator
   */
  public JitAllocator allocator() {
    return live.allocator();
  }

  /**
   * Opens a scope: what is added through it is closed together.
   *
   * @return a scope to close
   */
  public JitScope scope() {
    return new JitScope(live, false);
  }

  /**
   * Opens a scope in which each function is closed by itself when it cannot be called any more, by
   * a thread of the JDK; a failure to give its memory back goes to that thread's {@link
   * Thread.UncaughtExceptionHandler}. Such a function takes some hundred bytes more, and its
   * handles keep it. The scope need not be closed or kept.
   *
   * @return a scope, which may be closed
   */
  public JitScope automaticScope() {
    return new JitScope(live, true);
  }

  /**
   * Ends every function, and closes the allocator. From now on guarded calls are refused, and so is
   * the rest. This waits for nobody: if guarded calls are running, all memory stays until the last
   * of them has left, and its thread closes the allocator and gets what that throws. No thread may
   * be inside a function by a raw handle.
   *
   * <p>Closing a second time does nothing but try again what could not be done.
   *
   * @throws IllegalStateException as by {@link JitAllocator#close()}
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take memory back
   */
  @Override
  public void close() {
    live.close();
  }
}
