package io.jitmem.tests.fault;

import io.jitmem.virtmem.VirtMem;
import java.util.Arrays;
import java.util.Optional;

/** The operations of {@link VirtMem} that are counted and can be made to fail. */
public enum Operation {
  /** {@link VirtMem#allocate}. */
  ALLOCATE("allocate"),
  /** {@link VirtMem#release(java.lang.foreign.MemorySegment)}. */
  RELEASE("release"),
  /** {@link VirtMem#protect}. */
  PROTECT("protect"),
  /** {@link VirtMem#allocateDual}. */
  ALLOCATE_DUAL("allocateDual"),
  /** {@link VirtMem#release(io.jitmem.virtmem.DualMapping)}. */
  RELEASE_DUAL("releaseDual"),
  /** {@link VirtMem#discard}. */
  DISCARD("discard"),
  /** {@link VirtMem#populate}. */
  POPULATE("populate"),
  /** {@link VirtMem#reserve}. */
  RESERVE("reserve"),
  /** {@link VirtMem#commit}. */
  COMMIT("commit"),
  /** {@link VirtMem#decommit}. */
  DECOMMIT("decommit"),
  /** {@link VirtMem#commitDual}. */
  COMMIT_DUAL("commitDual"),
  /** {@link VirtMem#writeJit}. */
  WRITE_JIT("writeJit"),
  /** {@link VirtMem#flushInstructionCache}. */
  FLUSH("flush"),
  /** {@link VirtMem#synchronizeCores}. */
  SYNCHRONIZE("synchronize"),
  /** {@link VirtMem#addCallTargets}. */
  ADD_CALL_TARGETS("addCallTargets"),
  /** {@link VirtMem#clearCallTargets}. */
  CLEAR_CALL_TARGETS("clearCallTargets"),
  /** {@link VirtMem#capabilities}. */
  CAPABILITIES("capabilities");

  private final String word;

  Operation(String word) {
    this.word = word;
  }

  /**
   * The operation's name in a {@link FaultPlan}.
   *
   * @return a word
   */
  public String word() {
    return word;
  }

  static Optional<Operation> of(String word) {
    return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst();
  }
}
