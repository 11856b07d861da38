package io.jitmem.code;

import java.io.Serial;
import java.util.OptionalLong;

/**
 * An object file or a static library is damaged, or holds something that jitmem does not load. The
 * message says which file, what and why.
 */
public final class ObjectFileException extends RuntimeException {
  /** What is wrong with a file. */
  public enum Problem {
    /** It breaks the rules of its own format. */
    DAMAGED,
    /** It is of another format, for another CPU, or needs what jitmem does not do. */
    UNSUPPORTED
  }

  private static final long NO_OFFSET = -1;

  @Serial private static final long serialVersionUID = 1L;

  private final Problem problem;
  private final long fileOffset;

  ObjectFileException(Problem problem, long fileOffset, String message, Throwable cause) {
    super(message, cause);
    this.problem = problem;
    this.fileOffset = fileOffset;
  }

  private ObjectFileException(Problem problem, String message) {
    super(message);
    this.problem = problem;
    this.fileOffset = NO_OFFSET;
  }

  static ObjectFileException unsupported(String file, String what) {
    return new ObjectFileException(Problem.UNSUPPORTED, file + ": " + what);
  }

  static ObjectFileException damaged(String file, String what) {
    return new ObjectFileException(Problem.DAMAGED, file + ": damaged: " + what);
  }

  /**
   * What is wrong.
   *
   * @return whether the file is damaged or not supported
   */
  public Problem problem() {
    return problem;
  }

  /**
   * Where in the file it is.
   *
   * @return the offset in bytes, in a library from the start of its member; empty if it is at no
   *     single place
   */
  public OptionalLong fileOffset() {
    return fileOffset == NO_OFFSET ? OptionalLong.empty() : OptionalLong.of(fileOffset);
  }
}
