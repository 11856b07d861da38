package io.jitmem.macos;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Call;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memory under the per-thread write switch: MAP_JIT on Apple's processors. {@code refusal} is found
 * out on first use and written without a lock: racing threads find the same.
 */
final class JitMemory {
  private static final String FLAG = "|MAP_JIT";

  private final Architecture architecture;
  private final PosixCalls posix;
  private final MacosCalls calls;
  private final Entitlements entitlements;
  private final WriteThunk thunk;

  /** Why there is none, or the empty string; null until it was looked up. */
  private volatile @Nullable String refusal;

  JitMemory(
      Architecture architecture,
      PosixCalls posix,
      MacosCalls calls,
      Entitlements entitlements,
      WriteThunk thunk) {
    this.architecture = architecture;
    this.posix = posix;
    this.calls = calls;
    this.entitlements = entitlements;
    this.thunk = thunk;
  }

  /** Why there is none here, as far as it can be told without mapping some. */
  Optional<String> whyNot() {
    String known = refusal;
    if (known == null) {
      known = lookedUp();
      refusal = known;
    }
    return known.isEmpty() ? Optional.empty() : Optional.of(known);
  }

  private String lookedUp() {
    if (architecture != Architecture.AARCH64 || !calls.isWriteSwitchSupported()) {
      return "this CPU has no per-thread switch for executable memory: Apple's processors have it,"
          + " since macOS 11 (pthread_jit_write_protect_supported_np)";
    }
    // Such a process would be ended by the call that turns the switch.
    return entitlements.has(Entitlements.JIT_WRITE_ALLOWLIST)
        ? "this process is signed with "
            + Entitlements.JIT_WRITE_ALLOWLIST
            + ", which denies it pthread_jit_write_protect_np"
        : "";
  }

  /**
   * Maps some. It is mapped with every right: which of them a thread has is the switch's to say.
   *
   * @throws UnsupportedOperationException if there is no switch, or the options do not go with it
   */
  long map(long byteSize, Protection protection, MappingOptions options) {
    requireAllowed(protection, options);
    // Where it cannot be placed, nobody could write what is mapped here.
    thunk.place();
    int rights = Posix.PROT_READ | Posix.PROT_WRITE | Posix.PROT_EXEC;
    int flags = Posix.MAP_PRIVATE | Macos.MAP_ANON | Macos.MAP_JIT;
    try {
      return posix.mmap(byteSize, rights, flags, -1);
    } catch (VirtMemException refused) {
      throw named(refused);
    }
  }

  private void requireAllowed(Protection protection, MappingOptions options) {
    whyNot()
        .ifPresent(reason -> {
          throw new UnsupportedOperationException(reason);
        });
    if (protection != Protection.RWX) {
      throw new UnsupportedOperationException(
          "memory under the write switch is mapped RWX, and the switch decides, not " + protection);
    }
    if (options.shared() || options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "memory under the write switch is neither shared nor bounded: " + options);
    }
  }

  /**
   * A missing entitlement shows as EPERM or as EINVAL, depending on who finds it missing; all our
   * other arguments are such as macOS takes.
   */
  private static VirtMemException named(VirtMemException refused) {
    Call call = refused.call().orElseThrow(() -> refused);
    boolean denied = call.code() == ErrnoTable.EPERM || call.code() == ErrnoTable.EINVAL;
    String text = call.text().replace("|0x" + Integer.toHexString(Macos.MAP_JIT), FLAG);
    VirtMemException named =
        new VirtMemException(
            denied ? Kind.PERMISSION_DENIED : refused.kind(),
            new Call(text, call.code(), call.codeName()),
            denied
                ? "under the hardened runtime it needs the entitlement " + Entitlements.ALLOW_JIT
                : refused.hint());
    named.initCause(refused);
    return named;
  }

  /**
   * Writes such memory. What is copied is copied to a buffer first: where the source cannot be read
   * is found out before the switch is turned.
   */
  void write(MemorySegment target, List<PageRun> pages, MemorySegment source) {
    if (target.byteSize() != source.byteSize()) {
      throw new IllegalArgumentException(
          "%d bytes do not go to %d".formatted(source.byteSize(), target.byteSize()));
    }
    pages.forEach(this::requireSwitched);
    if (source.byteSize() == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(source.byteSize(), Long.BYTES);
      thunk.write(target, buffer.copyFrom(source));
    }
  }

  /** Where there is no such memory, that is what is wrong. */
  private void requireSwitched(PageRun run) {
    if (run.use() != PageUse.SWITCHED) {
      long page = posix.getpagesize();
      posix.munmap(map(page, Protection.RWX, MappingOptions.NONE), page);
      throw new IllegalArgumentException(
          run + " is not under the per-thread write switch: it is " + run.use().text());
    }
  }
}
