package io.jitmem.runtime.guard;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a function is called: what {@link Linker#downcallHandle} is told about it. */
public record CallType(FunctionDescriptor descriptor, List<Linker.Option> options) {
  /** Checks that nothing is missing. */
  public CallType {
    Objects.requireNonNull(descriptor, "descriptor");
    options = List.copyOf(options);
  }

  /** A type by what the linker's method takes. */
  public static CallType of(FunctionDescriptor descriptor, Linker.Option... options) {
    return new CallType(descriptor, List.of(options));
  }

  /** The options as the linker takes them. */
  public Linker.Option[] optionArray() {
    // A method reference would cost a fresh JVM milliseconds.
    return options.toArray(new Linker.Option[0]);
  }

  // What a record has by itself is linked on its first call, which takes milliseconds.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CallType type
        && descriptor.equals(type.descriptor)
        && options.equals(type.options);
  }

  @Override
  public int hashCode() {
    return 31 * descriptor.hashCode() + options.hashCode();
  }
}
