package io.jitmem.runtime;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * Machine code that was linked together, with the data that belongs to it: functions and variables
 * by their names, which end together. Thread-safe.
 *
 * <p>Code is executable and, but under {@link io.jitmem.allocator.WriteStrategy#DIRECT}, not
 * writable; constants are neither; variables are not executable.
 */
public final class JitModule implements AutoCloseable {
  private final Tenure tenure;
  private final ImageMemory memory;
  private final Map<String, Long> symbols;

  JitModule(Tenure tenure, ImageMemory memory, Map<String, Long> symbols) {
    this.tenure = tenure;
    this.memory = memory;
    this.symbols = symbols;
  }

  /**
   * A function of the module.
   *
   * @param name the name of a symbol in its code
   * @return the function, without a handle yet; it is closed with the module, and closing it closes
   *     the module
   * @throws IllegalArgumentException if the module defines no such symbol, or it is not in its code
   * @throws IllegalStateException if the module is closed
   */
  public JitFunction function(String name) {
    tenure.lifetime().requireOpen();
    long address = LoadedCode.requireAddress(symbols, name);
    return new JitFunction(tenure, memory.code(name, address, symbols), null);
  }

  /**
   * The address of a symbol, be it a function or a variable.
   *
   * @param name a name that the module defines for others
   * @return a segment of 0 bytes at its address, as lookups answer it
   * @throws IllegalArgumentException if the module defines no such symbol
   * @throws IllegalStateException if the module is closed
   */
  public MemorySegment symbol(String name) {
    tenure.lifetime().requireOpen();
    return tenure.target(LoadedCode.requireAddress(symbols, name));
  }

  /**
   * The names that the module defines for others.
   *
   * @return an unmodifiable set
   */
  public Set<String> symbolNames() {
    return Collections.unmodifiableSet(symbols.keySet());
  }

  /**
   * The symbols, to link what is added later with them. That must not be called any more when this
   * module is closed.
   *
   * @return a lookup, which throws {@link IllegalStateException} once the module is closed
   */
  public SymbolLookup symbols() {
    return LoadedCode.lookup(symbols, tenure);
  }

  /**
   * The memory that the module takes: code, constants and variables.
   *
   * @return the size in bytes; code is rounded up to the allocator's granularity
   * @throws IllegalStateException if the module is closed
   */
  public long byteSize() {
    tenure.lifetime().requireOpen();
    return memory.byteSize();
  }

  /**
   * Ends the module, as {@link JitFunction#close()} ends a function.
   *
   * @throws IllegalStateException if its memory was released through the runtime's allocator; the
   *     module is closed all the same
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take memory back, or to
   *     synchronise the cores; the module is closed all the same
   */
  @Override
  public void close() {
    tenure.lifetime().close();
  }

  @Override
  public String toString() {
    return "JitModule[" + symbols.size() + " symbols, " + tenure.lifetime() + "]";
  }
}
