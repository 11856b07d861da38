package io.jitmem.macos;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.Map;

/**
 * The numbers of Mach, named as in C: {@code mach/vm_prot.h}, {@code mach/vm_statistics.h}, {@code
 * mach/vm_inherit.h}, {@code mach/kern_return.h}, {@code mach/message.h}; the same on both CPUs.
 * Its calls answer their error themselves, and it is none of errno's.
 */
final class Mach {
  static final int VM_PROT_NONE = 0;
  static final int VM_PROT_READ = 1;
  static final int VM_PROT_WRITE = 2;
  static final int VM_PROT_EXECUTE = 4;
  static final int VM_PROT_ALL = 7;

  static final int VM_FLAGS_FIXED = 0;
  static final int VM_FLAGS_ANYWHERE = 1;
  static final int VM_FLAGS_OVERWRITE = 0x4000;

  static final int VM_INHERIT_COPY = 1;
  static final int VM_INHERIT_NONE = 2;

  static final int KERN_SUCCESS = 0;
  static final int KERN_INVALID_ADDRESS = 1;
  static final int KERN_PROTECTION_FAILURE = 2;
  static final int KERN_NO_SPACE = 3;
  static final int KERN_INVALID_ARGUMENT = 4;
  static final int KERN_FAILURE = 5;
  static final int KERN_RESOURCE_SHORTAGE = 6;
  static final int KERN_NO_ACCESS = 8;
  static final int KERN_TERMINATED = 37;
  static final int KERN_NOT_SUPPORTED = 46;
  static final int KERN_CODESIGN_ERROR = 50;
  static final int KERN_INSUFFICIENT_BUFFER_SIZE = 52;
  static final int KERN_DENIED = 53;
  static final int MACH_SEND_INVALID_DEST = 0x10000003;

  private record Result(String name, Kind kind) {}

  private static final Map<Integer, Result> RESULTS =
      Map.ofEntries(
          Map.entry(
              KERN_INVALID_ADDRESS, new Result("KERN_INVALID_ADDRESS", Kind.INVALID_ARGUMENT)),
          Map.entry(
              KERN_PROTECTION_FAILURE,
              new Result("KERN_PROTECTION_FAILURE", Kind.PERMISSION_DENIED)),
          Map.entry(KERN_NO_SPACE, new Result("KERN_NO_SPACE", Kind.OUT_OF_MEMORY)),
          Map.entry(
              KERN_INVALID_ARGUMENT, new Result("KERN_INVALID_ARGUMENT", Kind.INVALID_ARGUMENT)),
          Map.entry(KERN_FAILURE, new Result("KERN_FAILURE", Kind.OTHER)),
          Map.entry(
              KERN_RESOURCE_SHORTAGE, new Result("KERN_RESOURCE_SHORTAGE", Kind.OUT_OF_MEMORY)),
          Map.entry(KERN_NO_ACCESS, new Result("KERN_NO_ACCESS", Kind.PERMISSION_DENIED)),
          Map.entry(KERN_TERMINATED, new Result("KERN_TERMINATED", Kind.OTHER)),
          Map.entry(KERN_NOT_SUPPORTED, new Result("KERN_NOT_SUPPORTED", Kind.NOT_SUPPORTED)),
          Map.entry(KERN_CODESIGN_ERROR, new Result("KERN_CODESIGN_ERROR", Kind.PERMISSION_DENIED)),
          Map.entry(
              KERN_INSUFFICIENT_BUFFER_SIZE,
              new Result("KERN_INSUFFICIENT_BUFFER_SIZE", Kind.INVALID_ARGUMENT)),
          Map.entry(KERN_DENIED, new Result("KERN_DENIED", Kind.PERMISSION_DENIED)),
          Map.entry(MACH_SEND_INVALID_DEST, new Result("MACH_SEND_INVALID_DEST", Kind.OTHER)));

  private Mach() {}

  /** The symbolic name of a kern_return_t, or the empty string for one that is not known. */
  static String name(int result) {
    Result known = RESULTS.get(result);
    return known == null ? "" : known.name();
  }

  /** The exception for a call that answered something else than KERN_SUCCESS. */
  static VirtMemException failure(String text, int result) {
    Result known = RESULTS.get(result);
    Kind kind = known == null ? Kind.OTHER : known.kind();
    return new VirtMemException(
        kind, new VirtMemException.Call(text, result, name(result)), hint(result));
  }

  private static String hint(int result) {
    return switch (result) {
      case KERN_NO_SPACE -> "something is mapped there, or no address space is left";
      case KERN_PROTECTION_FAILURE -> "beyond what the mapping may become at most";
      case KERN_CODESIGN_ERROR -> "code signing is enforced for this process";
      default -> "";
    };
  }
}
