package io.jitmem.linux;

import io.jitmem.posix.DualLadder;
import io.jitmem.posix.PosixCalls;

/**
 * The parts of the backend that a program's first function needs none of, if its memory has one
 * view: they are some thirty classes, and in a fresh JVM each takes a quarter of a millisecond. So
 * they are made together, when the first of them is needed.
 */
final class LaterParts {
  private final LinuxEnvironment environment;
  final LinuxCalls linux;
  final NearPlacement near;
  final PageDiscard discard;
  final PagePopulation populate;
  final TransparentHugePages hugePages;
  final DualLadder ladder;

  /** For the backend's own code, which has no {@code bti}. */
  final DualLadder ownLadder;

  final InstructionCache cache;
  final AliasCheck aliases;
  final CoreBarrier barrier;
  final HardwareWords hardware;

  /** Parts that make these calls; {@code guarding} if they are those with {@code bti}. */
  LaterParts(
      LinuxAbi abi,
      CodeBinder binder,
      PosixCalls posix,
      LinuxEnvironment environment,
      boolean guarding) {
    this.environment = environment;
    PosixCalls own =
        guarding ? new PosixCalls(binder, abi.posix(), posix.errors(), LinuxAbi.SHM_OPEN) : posix;
    linux = new LinuxCalls(binder, posix.errors());
    near = new NearPlacement(abi, posix, environment);
    discard = new PageDiscard(posix, new PageRemoval(abi, posix, binder, environment));
    populate = new PagePopulation(abi, posix, linux);
    hugePages = new TransparentHugePages(posix, environment);
    ladder = ladder(abi, posix);
    ownLadder = guarding ? ladder(abi, own) : ladder;
    cache = new InstructionCache(abi, linux, binder, new CacheFlushCode(binder, own, ownLadder));
    aliases = new AliasCheck(abi, environment, binder, own, cache);
    barrier = new CoreBarrier(abi, linux);
    hardware = new HardwareWords(abi, linux);
  }

  private DualLadder ladder(LinuxAbi abi, PosixCalls calls) {
    LinuxSystem system = new LinuxSystem(abi, calls, linux);
    return new DualLadder(new DualMapper(system, hugePages, populate).routes());
  }

  SelfRestraint restraint() {
    return new SelfRestraint(environment, linux);
  }
}
