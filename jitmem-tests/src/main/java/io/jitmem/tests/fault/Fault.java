package io.jitmem.tests.fault;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Call;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A refusal to raise.
 *
 * @param kind what kind it is of
 * @param code the error code it shows
 * @param name how plans name it: the symbol of the code, or the name of the kind
 */
public record Fault(Kind kind, int code, String name) {
  /** No memory: what fails if nothing else is said. */
  public static final Fault ENOMEM = new Fault(Kind.OUT_OF_MEMORY, 12, "ENOMEM");

  /** The codes that plans know, as Unixes number them. */
  private static final List<Fault> CODES =
      List.of(
          ENOMEM,
          new Fault(Kind.PERMISSION_DENIED, 1, "EPERM"),
          new Fault(Kind.PERMISSION_DENIED, 13, "EACCES"),
          new Fault(Kind.ADDRESS_IN_USE, 17, "EEXIST"),
          new Fault(Kind.INVALID_ARGUMENT, 22, "EINVAL"),
          new Fault(Kind.TOO_MANY_HANDLES, 23, "ENFILE"),
          new Fault(Kind.TOO_MANY_HANDLES, 24, "EMFILE"),
          new Fault(Kind.FILE_TOO_LARGE, 27, "EFBIG"),
          new Fault(Kind.NO_SPACE, 28, "ENOSPC"),
          new Fault(Kind.NOT_SUPPORTED, 38, "ENOSYS"),
          new Fault(Kind.OTHER, 5, "EIO"));

  /**
   * A refusal of a kind, with no code of its own.
   *
   * @param kind the kind
   * @return a fault with code 0 that plans name like the kind
   */
  public static Fault of(Kind kind) {
    return new Fault(kind, 0, kind.name());
  }

  /** The fault that a plan names. */
  static Optional<Fault> named(String name) {
    return Stream.concat(CODES.stream(), Stream.of(Kind.values()).map(Fault::of))
        .filter(fault -> fault.name().equals(name))
        .findFirst();
  }

  /**
   * The exception for a call.
   *
   * @param call the call with its arguments
   * @return a new exception of this kind
   */
  public VirtMemException in(String call) {
    return new VirtMemException(kind, new Call(call, code, name), "a fault plan says so");
  }
}
