package io.jitmem.virtmem;

import java.util.Objects;
import java.util.Optional;

/**
 * What may be asked of a mapping beyond its size and protection. Immutable; start from {@link
 * #NONE} and add.
 *
 * <p>A backend that lacks an option refuses it with {@link UnsupportedOperationException}; none is
 * dropped silently, but for {@link #name()}, which is a label and changes nothing else, and {@link
 * #globalScope()}, which allows the backend to check less.
 *
 * @param largePageByteSize back the mapping by large pages of this size, one of {@link
 *     PageInfo#largeByteSizes()}; 0 for normal pages
 * @param shared share the memory with forked children instead of copying it on write
 * @param mapJit ask for memory under the per-thread write switch that some systems have
 * @param maximumProtection what the mapping may later be changed to at most, where the system
 *     enforces such a bound
 * @param preferTemporaryFile for a dual mapping: try a temporary file before anything else
 * @param mechanism for a dual mapping: use this mechanism of {@link Capabilities} and no other
 * @param name a label by which tools of the system may show the mapping: 1 to {@value
 *     #MAX_NAME_LENGTH} printable ASCII characters without {@code [ ] \ $ `} and slashes
 * @param globalScope the segments may be of the global scope, so that a use after their release
 *     cannot be detected and is what it is in C. Ending another scope asks every thread of the JVM,
 *     which takes tens of microseconds; whoever releases often, and keeps the segments to himself,
 *     can do without
 */
public record MappingOptions(
    long largePageByteSize,
    boolean shared,
    boolean mapJit,
    Optional<Protection> maximumProtection,
    boolean preferTemporaryFile,
    Optional<String> mechanism,
    Optional<String> name,
    boolean globalScope) {
  /** The longest label, in characters: the tightest limit of the systems known. */
  public static final int MAX_NAME_LENGTH = 79;

  /** Nothing beyond size and protection. */
  public static final MappingOptions NONE =
      new MappingOptions(
          0, false, false, Optional.empty(), false, Optional.empty(), Optional.empty(), false);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the large page size is negative or no power of two, or the
   *     name is not allowed
   */
  public MappingOptions {
    Objects.requireNonNull(maximumProtection, "maximumProtection");
    Objects.requireNonNull(mechanism, "mechanism");
    if (name.isPresent()) {
      requireLabel(name.get());
    }
    if (largePageByteSize < 0 || (largePageByteSize & (largePageByteSize - 1)) != 0) {
      throw new IllegalArgumentException(
          "large page size " + largePageByteSize + " is neither 0 nor a power of two");
    }
  }

  /**
   * With large pages.
   *
   * @param byteSize the size of a large page in bytes, a power of two; 0 for normal pages
   * @return these options with that size
   */
  public MappingOptions withLargePages(long byteSize) {
    return new MappingOptions(
        byteSize,
        shared,
        mapJit,
        maximumProtection,
        preferTemporaryFile,
        mechanism,
        name,
        globalScope);
  }

  /**
   * Shared with forked children.
   *
   * @return these options, shared
   */
  public MappingOptions withShared() {
    return new MappingOptions(
        largePageByteSize,
        true,
        mapJit,
        maximumProtection,
        preferTemporaryFile,
        mechanism,
        name,
        globalScope);
  }

  /**
   * Under the per-thread write switch.
   *
   * @return these options with it
   */
  public MappingOptions withMapJit() {
    return new MappingOptions(
        largePageByteSize,
        shared,
        true,
        maximumProtection,
        preferTemporaryFile,
        mechanism,
        name,
        globalScope);
  }

  /**
   * With a bound on later protections.
   *
   * @param maximum what the mapping may be changed to at most
   * @return these options with that bound
   */
  public MappingOptions withMaximumProtection(Protection maximum) {
    return new MappingOptions(
        largePageByteSize,
        shared,
        mapJit,
        Optional.of(maximum),
        preferTemporaryFile,
        mechanism,
        name,
        globalScope);
  }

  /**
   * With temporary files before other mechanisms.
   *
   * @return these options with that preference
   */
  public MappingOptions withPreferTemporaryFile() {
    return new MappingOptions(
        largePageByteSize, shared, mapJit, maximumProtection, true, mechanism, name, globalScope);
  }

  /**
   * With one mechanism only.
   *
   * @param only the name of a mechanism that {@link Capabilities} lists for {@link
   *     Ability#DUAL_MAPPING}
   * @return these options with that mechanism
   */
  public MappingOptions withMechanism(String only) {
    return new MappingOptions(
        largePageByteSize,
        shared,
        mapJit,
        maximumProtection,
        preferTemporaryFile,
        Optional.of(only),
        name,
        globalScope);
  }

  /**
   * With a label.
   *
   * @param label see {@link #name()}
   * @return these options with that label
   */
  public MappingOptions withName(String label) {
    return new MappingOptions(
        largePageByteSize,
        shared,
        mapJit,
        maximumProtection,
        preferTemporaryFile,
        mechanism,
        Optional.of(label),
        globalScope);
  }

  /**
   * With segments of the global scope, if the backend likes.
   *
   * @return these options with that permission
   */
  public MappingOptions withGlobalScope() {
    return new MappingOptions(
        largePageByteSize,
        shared,
        mapJit,
        maximumProtection,
        preferTemporaryFile,
        mechanism,
        name,
        true);
  }

  private static void requireLabel(String label) {
    boolean allowed = !label.isEmpty() && label.length() <= MAX_NAME_LENGTH;
    for (int i = 0; allowed && i < label.length(); i++) {
      char c = label.charAt(i);
      allowed = c >= ' ' && c <= '~' && "[]\\$`/".indexOf(c) < 0;
    }
    if (!allowed) {
      throw new IllegalArgumentException(
          "a mapping's name has 1 to "
              + MAX_NAME_LENGTH
              + " printable ASCII characters without [ ] \\ $ ` and /, unlike '"
              + label
              + "'");
    }
  }
}
