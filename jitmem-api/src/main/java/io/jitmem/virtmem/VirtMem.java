package io.jitmem.virtmem;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;

/**
 * Whole pages of memory of one system. This is the layer that a backend implements; {@code
 * JitAllocator} and {@code JitRuntime} build on it.
 *
 * <p><b>Lifetime.</b> A segment that an allocating method returns lives until it is released: from
 * then on its scope is not alive, every access through it or a slice of it throws {@link
 * IllegalStateException}, and so does a second release. A release that finds the segment in use by
 * a native call is refused and changes nothing. Whoever asks for {@link
 * MappingOptions#globalScope()} does without all of this.
 *
 * <p><b>Refusals.</b> A wrong argument is an {@link IllegalArgumentException} that names the value
 * and the range. An operation or option that the backend lacks is an {@link
 * UnsupportedOperationException} with the reason, and {@link #capabilities()} says so before. A
 * refusal by the system is a {@link VirtMemException}; what was done before it is undone.
 *
 * <p><b>Threads.</b> Every method may be called by any number of threads at once. Releasing or
 * protecting memory while another thread executes or accesses it is the caller's responsibility, as
 * in C.
 *
 * <p><b>Cost.</b> Every method makes system calls, but {@link #name()}, and {@link #pages()} and
 * {@link #hardenedRuntime()} after their first call.
 */
public interface VirtMem {
  /** What the places of {@link #addCallTargets} are multiples of, in bytes. */
  int CALL_TARGET_BYTE_ALIGNMENT = 16;

  /**
   * The backend for this system: of the {@linkplain io.jitmem.virtmem.spi.VirtMemProvider
   * providers} that serve it, the one of the highest priority. It is found and opened once.
   *
   * @return the host's backend, always the same
   * @throws UnsupportedOperationException if no provider serves this system, with what each of them
   *     answered, or if native access is denied to the one that does
   */
  static VirtMem host() {
    return Host.get();
  }

  /**
   * The backend's name.
   *
   * @return a short name for a person to read
   */
  String name();

  /**
   * The units in which memory is handed out.
   *
   * @return page size, granularity and large page sizes
   */
  PageInfo pages();

  /**
   * Maps new memory, filled with zeros.
   *
   * @param byteSize the size in bytes: a positive multiple of the page size, and of the large page
   *     size if one is asked for
   * @param protection what may be done with it
   * @param options what else is asked of it
   * @return the memory, native, aligned to {@link PageInfo#granularity()}
   * @throws IllegalArgumentException if the size is no such multiple, or if the options name a
   *     mechanism or prefer a temporary file, which are for dual mappings
   * @throws UnsupportedOperationException if an option is not available here
   * @throws VirtMemException if the system refuses
   */
  MemorySegment allocate(long byteSize, Protection protection, MappingOptions options);

  /**
   * Maps new memory without further options.
   *
   * @param byteSize the size in bytes, a positive multiple of the page size
   * @param protection what may be done with it
   * @return the memory, as by {@link #allocate(long, Protection, MappingOptions)}
   * @throws IllegalArgumentException if the size is no such multiple
   * @throws VirtMemException if the system refuses
   */
  default MemorySegment allocate(long byteSize, Protection protection) {
    return allocate(byteSize, protection, MappingOptions.NONE);
  }

  /**
   * Gives back memory of {@link #allocate} or {@link #reserve}, always as a whole.
   *
   * @param segment the segment as it was returned
   * @throws IllegalArgumentException if it is not such a segment of this backend, or a part of one
   * @throws IllegalStateException if it was released before, or is in use by a native call at this
   *     moment
   * @throws VirtMemException if the system refuses
   */
  void release(MemorySegment segment);

  /**
   * Changes what may be done with pages of {@link #allocate}d memory, or with {@link #commit}ted
   * pages of a reservation.
   *
   * @param range whole pages: a segment as it was returned, or a slice of it
   * @param protection what may be done with them from now on
   * @throws IllegalArgumentException if the range is empty, not whole pages, not memory of this
   *     backend, or a view of memory that has two, whose protections are fixed
   * @throws IllegalStateException if the memory was released, or is a part of a reservation that is
   *     not committed
   * @throws VirtMemException if the system refuses; where the range had several protections before,
   *     some of it may have the new one
   */
  void protect(MemorySegment range, Protection protection);

  /**
   * Maps new memory, filled with zeros, at two addresses.
   *
   * @param byteSize the size in bytes: a positive multiple of the page size, and of the large page
   *     size if one is asked for
   * @param options what else is asked of it
   * @return the two views, each aligned to {@link PageInfo#granularity()}
   * @throws IllegalArgumentException if the size is no such multiple, or the mechanism is not one
   *     of this backend's
   * @throws UnsupportedOperationException if an option or dual mapping as such is not available
   *     here
   * @throws VirtMemException if the system refuses; where several mechanisms were tried, each
   *     refusal is suppressed in it
   */
  DualMapping allocateDual(long byteSize, MappingOptions options);

  /**
   * Maps new memory at two addresses without further options.
   *
   * @param byteSize the size in bytes, a positive multiple of the page size
   * @return the two views, as by {@link #allocateDual(long, MappingOptions)}
   * @throws IllegalArgumentException if the size is no such multiple
   * @throws UnsupportedOperationException if dual mapping is not available here
   * @throws VirtMemException if the system refuses
   */
  default DualMapping allocateDual(long byteSize) {
    return allocateDual(byteSize, MappingOptions.NONE);
  }

  /**
   * Gives back both views of a dual mapping.
   *
   * @param mapping the mapping as it was returned
   * @throws IllegalArgumentException if it is not one of this backend
   * @throws IllegalStateException if it was released before, or is in use by a native call at this
   *     moment
   * @throws VirtMemException if the system refuses
   */
  void release(DualMapping mapping);

  /**
   * Gives the memory behind whole pages back to the system: they read as zeros and get memory again
   * when they are touched. Addresses and protections stay. Of memory with two views the writable
   * one is named, and both read as zeros.
   *
   * <p>It works for {@link #allocate}d memory, for dual mappings and for committed parts of
   * reservations. A refusal of a range that has parts of several kinds may come after some of them
   * were discarded.
   *
   * @param range whole pages, and whole large pages where it is made of those: a segment as it was
   *     returned, or a slice of it
   * @throws IllegalArgumentException if the range is empty, not whole pages, not memory of this
   *     backend, or a view to execute of memory that has another to write
   * @throws IllegalStateException if the memory was released, or is a part of a reservation that is
   *     not committed
   * @throws UnsupportedOperationException if this backend cannot do it
   * @throws VirtMemException if the system refuses, as with {@link
   *     VirtMemException.Kind#NOT_SUPPORTED} where the memory is a file of a file system that
   *     cannot take back parts of it
   */
  default void discard(MemorySegment range) {
    throw new UnsupportedOperationException(
        name() + " does not give back memory that stays mapped");
  }

  /**
   * Puts memory behind whole pages now, and not when each is first touched: cheaper for many pages,
   * and where the system has no more memory for them it is an exception here instead of the end of
   * the process there. What the pages hold stays. Of memory with two views the writable one is
   * named.
   *
   * <p>It is a hint: a backend or a system that cannot do it does nothing.
   *
   * @param range whole pages that can be written: a segment as it was returned, or a slice of it
   * @throws IllegalArgumentException if the range is empty, not whole pages, or not memory of this
   *     backend
   * @throws IllegalStateException if the memory was released, or is a part of a reservation that is
   *     not committed
   * @throws VirtMemException if there is not enough memory; some of the pages may have got theirs
   */
  default void populate(MemorySegment range) {}

  /**
   * Asks the system to put large pages behind memory that was mapped with normal ones, puts memory
   * behind all of it for that, and looks what came of it. What the pages hold stays. Of memory with
   * two views each has pages of its own: name the writable one first, then the other.
   *
   * <p>It is a hint: a backend or a system that cannot do it does nothing, and a refusal shows in
   * the answer alone. It takes milliseconds.
   *
   * @param range whole pages, writable or a view to execute: a segment as it was returned, or a
   *     slice of it
   * @return how many bytes of the range are seen to have large pages, 0 to its size
   * @throws IllegalArgumentException if the range is empty, not whole pages, or not memory of this
   *     backend
   * @throws IllegalStateException if the memory was released, or is a part of a reservation that is
   *     not committed
   */
  default long useLargePages(MemorySegment range) {
    return 0;
  }

  /**
   * This backend with its executable memory guarded against indirect branches, where the CPU and
   * the system can. There are two kinds of guard. Either such a branch may enter only at an
   * instruction that is made for it ({@code bti} on AArch64). Or it may enter only where {@link
   * #addCallTargets} has listed it, as {@link #listsCallTargets()} tells, if a compiler has put a
   * check before the branch (Control Flow Guard). Anywhere else the process ends. Code of a method
   * handle is entered by an indirect branch, without a check. Memory that is mapped by the one
   * backend may be unknown to the other.
   *
   * @return a backend for which {@link #guardsBranches()} holds; this one if it does so itself, or
   *     where there is no such guard, as {@link Ability#GUARDED_BRANCHES} tells with the reason
   */
  default VirtMem guardingBranches() {
    return this;
  }

  /**
   * Whether indirect branches into executable memory of this backend are guarded.
   *
   * @return whether {@link #guardingBranches()} gave this backend, and had an effect
   */
  default boolean guardsBranches() {
    return false;
  }

  /**
   * Whether this backend guards branches by a list of the places where they may enter. Its memory
   * is on that list nowhere until {@link #addCallTargets} lists some of it.
   *
   * @return true if it does, and code needs no landing pads
   */
  default boolean listsCallTargets() {
    return false;
  }

  /**
   * Lists places where checked calls may enter executable memory, besides those that are listed
   * already. The code there should be published first.
   *
   * <p>It costs time linear in the number of places and pages. Thread-safe.
   *
   * @param executable the code, where it is executed: a segment as it was returned, or a slice of
   *     it; its address and size are multiples of {@link #CALL_TARGET_BYTE_ALIGNMENT}
   * @param offsets where calls may enter, in bytes from its start, ascending multiples of {@link
   *     #CALL_TARGET_BYTE_ALIGNMENT}, less than its size
   * @throws IllegalArgumentException if an argument is none of that, or the memory is not this
   *     backend's, or not executable
   * @throws IllegalStateException if the memory was released, or a place is in pages of a
   *     reservation that have no memory yet
   * @throws UnsupportedOperationException if {@link #listsCallTargets()} does not hold
   * @throws VirtMemException if the system refuses; some places may be listed then
   */
  default void addCallTargets(MemorySegment executable, long... offsets) {
    throw new UnsupportedOperationException(
        name() + " keeps no list of the places where calls may enter");
  }

  /**
   * Takes all places of executable memory off the list, so that no checked call may enter it. Pages
   * that are decommitted or released are off the list by that; discarded ones may be or not.
   *
   * <p>It costs time linear in the size. Thread-safe.
   *
   * @param executable the memory, as of {@link #addCallTargets}; a part of it may have no memory
   *     yet
   * @throws IllegalArgumentException as of {@link #addCallTargets}
   * @throws IllegalStateException if the memory was released
   * @throws UnsupportedOperationException if {@link #listsCallTargets()} does not hold
   * @throws VirtMemException if the system refuses; some places may be off the list then, and a
   *     second call does the rest
   */
  default void clearCallTargets(MemorySegment executable) {
    throw new UnsupportedOperationException(
        name() + " keeps no list of the places where calls may enter");
  }

  /**
   * Sets address space aside, without access and without memory behind it. Its cost does not depend
   * on its size.
   *
   * @param byteSize the size in bytes, a positive multiple of the granularity
   * @param placement where it should lie
   * @return the address space; {@link #commit} parts of it before use and {@link
   *     #release(MemorySegment)} it as a whole
   * @throws IllegalArgumentException if the size is no such multiple, or more than there are
   *     addresses within the distance
   * @throws UnsupportedOperationException if this backend cannot reserve, or cannot place
   * @throws VirtMemException if the system refuses, or nothing of that size is free within the
   *     distance
   */
  default MemorySegment reserve(long byteSize, Placement placement) {
    throw noReservations();
  }

  /**
   * Puts memory, filled with zeros, behind a part of a reservation. A refusal leaves the part as it
   * was.
   *
   * @param range whole pages of one reservation, none of them committed
   * @param protection what may be done with them
   * @throws IllegalArgumentException if the range is empty, or not whole pages of a reservation of
   *     this backend
   * @throws IllegalStateException if some of it is committed already, or the reservation was
   *     released
   * @throws UnsupportedOperationException if this backend cannot reserve
   * @throws VirtMemException if the system refuses
   */
  default void commit(MemorySegment range, Protection protection) {
    throw noReservations();
  }

  /**
   * Takes memory and access from a part of a reservation; the address space stays reserved. Pages
   * that are not committed stay as they are.
   *
   * <p>Of memory that {@link #commitDual} put behind two ranges, only the view that is named
   * becomes inaccessible. The memory goes back to the system with the writable view, and what is
   * left of the executable one reads as zeros; where the system cannot take back parts of it, it
   * goes back when no view of what was committed together is left.
   *
   * @param range whole pages of one reservation
   * @throws IllegalArgumentException if the range is empty, or not whole pages of a reservation of
   *     this backend
   * @throws IllegalStateException if the reservation was released
   * @throws UnsupportedOperationException if this backend cannot reserve
   * @throws VirtMemException if the system refuses; the range is still committed then, but its
   *     contents may be lost
   */
  default void decommit(MemorySegment range) {
    throw noReservations();
  }

  /**
   * Puts the same memory, filled with zeros, behind parts of two reservations or of one: one to
   * execute and one to write. Memory is taken when it is touched where the system allows it, so one
   * call for all of a reservation is cheap. A refusal leaves both parts as they were.
   *
   * @param rx whole pages of a reservation, none of them committed, to become readable and
   *     executable
   * @param rw whole pages of a reservation, as many, none of them committed, to become readable and
   *     writable
   * @throws IllegalArgumentException if the ranges are empty, overlap, differ in size or are not
   *     whole pages of reservations of this backend
   * @throws IllegalStateException if some of them is committed already, or a reservation was
   *     released
   * @throws UnsupportedOperationException if this backend cannot do it
   * @throws VirtMemException if the system refuses; where several mechanisms were tried, each
   *     refusal is suppressed in it
   */
  default void commitDual(MemorySegment rx, MemorySegment rw) {
    throw noReservations();
  }

  /**
   * Makes two ranges views of the same memory, as {@link #commitDual} does, for a caller who {@link
   * #populate}s pages before anybody touches them. A system that has to promise memory when it is
   * committed promises what is populated, and not the whole; pages that are not populated may be
   * inaccessible there.
   *
   * @param rx whole pages of a reservation, none of them committed, to become readable and
   *     executable
   * @param rw whole pages of a reservation, as many, none of them committed, to become readable and
   *     writable
   * @throws IllegalArgumentException as by {@link #commitDual}
   * @throws IllegalStateException as by {@link #commitDual}
   * @throws UnsupportedOperationException if this backend cannot do it
   * @throws VirtMemException if the system refuses
   */
  default void prepareDual(MemorySegment rx, MemorySegment rw) {
    commitDual(rx, rw);
  }

  /**
   * Copies code into memory under the per-thread write switch ({@link
   * MappingOptions#withMapJit()}). Within one native call the calling thread's switch is turned to
   * writing, the bytes are copied, the instruction cache is flushed, and the switch is turned back:
   * as long as it is on, the thread can execute no such memory, the JVM's own code included, so no
   * other way to write is offered.
   *
   * @param target where to: a part of such memory of this backend
   * @param source what to copy, from native memory or the heap
   * @throws IllegalArgumentException if the sizes differ, or the target is no such memory
   * @throws IllegalStateException if the memory was released
   * @throws UnsupportedOperationException if this backend has no such switch
   */
  default void writeJit(MemorySegment target, MemorySegment source) {
    throw new UnsupportedOperationException(
        name() + " has no per-thread write switch for executable memory");
  }

  /**
   * Makes what was written visible to instruction fetch on this core, and on every core for
   * addresses that none of them has executed yet.
   *
   * @param range the addresses that will be executed: of a dual mapping, the executable view
   * @throws IllegalArgumentException if the range is not native memory
   * @throws IllegalStateException if the memory was released
   * @throws UnsupportedOperationException if the system offers no way to do it
   */
  void flushInstructionCache(MemorySegment range);

  /**
   * Makes every core that runs a thread of this process discard what it fetched before: needed
   * after a {@link #flushInstructionCache} of addresses that held other code before.
   *
   * @throws UnsupportedOperationException if the system offers no way to do it
   * @throws VirtMemException if the system refuses
   */
  void synchronizeCores();

  /**
   * What this system asks of programs that make code. Found out on the first call.
   *
   * @return the answer, always the same
   */
  HardenedRuntime hardenedRuntime();

  /**
   * Tries everything that {@link Ability} lists by every mechanism that the backend has. It makes
   * dozens of system calls and takes milliseconds.
   *
   * @return what works now and, for the rest, why not
   */
  Capabilities capabilities();

  /**
   * What the system says about the CPU, where programs cannot ask the CPU itself: the names of the
   * features that it has and that the system lets programs use, in upper case. On AArch64 those of
   * Arm's Architecture Reference Manual without {@code FEAT_}, such as {@code LSE}; on RISC-V those
   * of extensions, such as {@code ZBA}. Whoever reads them passes over names that he does not know.
   *
   * @return the names; empty if the system does not say, and on x86-64
   */
  default Set<String> cpuFeatures() {
    return Set.of();
  }

  /**
   * What in the environment of this process bears on executable memory: policies, limits, settings.
   * Looked up anew on each call, which reads files and takes milliseconds. What cannot be found out
   * is not mentioned.
   *
   * @return the conditions in an order for reading; empty if the backend knows of none
   */
  default List<Condition> conditions() {
    return List.of();
  }

  private UnsupportedOperationException noReservations() {
    return new UnsupportedOperationException(name() + " does not reserve address space");
  }
}
