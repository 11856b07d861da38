package io.jitmem.virtmem.spi;

import java.nio.file.Path;

/**
 * What a backend offers besides if its system has profilers that find a file by its mapping: a
 * {@link io.jitmem.virtmem.VirtMem} may implement it. Thread-safe.
 */
public interface FileMarking {
  /**
   * Maps the first page of a file, private, readable and executable, so that whoever watches the
   * process's executable mappings learns of the file. Symbolic links are not followed in its last
   * name.
   *
   * @param file an existing file of at least one byte that this process may read and write
   * @return ends the mapping when it is closed; to be closed once
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses, for instance in a file system
   *     from which nothing may be executed; nothing is left then
   */
  Mark markExecutable(Path file);

  /** A mapping that is a mark. */
  @FunctionalInterface
  interface Mark extends AutoCloseable {
    /**
     * Ends the mapping.
     *
     * @throws io.jitmem.virtmem.VirtMemException if the system refuses
     */
    @Override
    void close();
  }
}
