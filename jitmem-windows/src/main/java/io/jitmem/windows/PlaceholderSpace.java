package io.jitmem.windows;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Reservations made of placeholders (Windows 10 1803), which views and private memory can replace.
 * A placeholder is split where something is to replace a part of it, and becomes one again when all
 * that replaced it is decommitted; neighbours are joined when they are replaced together.
 *
 * <p>A view goes as a whole. Taking it away for a moment, to map what is left of it anew, would
 * crash a thread that executes there; so decommitted pages of it are made inaccessible, and either
 * come into use again as what they were, or wait for the rest.
 */
final class PlaceholderSpace implements ReservedSpace {
  private static final int PRESERVE = WindowsAbi.MEM_RELEASE | WindowsAbi.MEM_PRESERVE_PLACEHOLDER;
  private static final int RESERVE = WindowsAbi.MEM_RESERVE | WindowsAbi.MEM_RESERVE_PLACEHOLDER;

  private final WindowsBinder binder;
  private final MemoryCalls memory;
  private final PageProtections protections;
  private final SectionCalls views;
  private final Sections sections;
  private final ProcessCalls process;
  private final WindowsSystem system;

  private final PieceTable pieces;

  PlaceholderSpace(
      WindowsBinder binder,
      MemoryCalls memory,
      PageProtections protections,
      SectionCalls views,
      ProcessCalls process,
      WindowsSystem system) {
    this.binder = binder;
    this.memory = memory;
    this.protections = protections;
    this.views = views;
    this.process = process;
    this.system = system;
    sections = new Sections(memory, protections, views);
    pieces = new PieceTable(memory);
  }

  @Override
  public long anywhere(long byteSize) {
    return at(0, byteSize);
  }

  @Override
  public long within(Reach reach, long byteSize) {
    long process = this.process.currentProcess();
    return entered(memory.virtualAlloc2Within(process, reach, byteSize, RESERVE), byteSize);
  }

  @Override
  public long at(long address, long byteSize) {
    long process = this.process.currentProcess();
    long reserved =
        memory.virtualAlloc2(process, address, byteSize, RESERVE, WindowsAbi.PAGE_NOACCESS);
    return entered(reserved, byteSize);
  }

  private long entered(long address, long byteSize) {
    pieces.enter(Piece.placeholder(address, address + byteSize, system.info().pageByteSize()));
    return address;
  }

  @Override
  public void commit(long address, long byteSize, Protection protection) {
    long end = address + byteSize;
    for (Piece piece : pieces.in(address, end)) {
      if (piece.isView()) {
        throw stillMapped(piece);
      }
    }
    try {
      for (Piece piece : pieces.in(address, end)) {
        commit(piece, piece.part(address, end), WindowsAbi.page(protection));
      }
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> decommit(address, byteSize));
      throw failure;
    }
  }

  private void commit(Piece piece, Reach part, int page) {
    if (piece.isPlaceholder()) {
      Piece alone = pieces.isolate(part);
      protections.replacePlaceholder(process.currentProcess(), part.from(), part.byteSize(), page);
      pieces.enter(alone.replacedBy(Piece.Kind.PRIVATE, alone));
    } else {
      protections.allocate(part.from(), part.byteSize(), WindowsAbi.MEM_COMMIT, page);
      piece.setLive(part, true);
    }
  }

  @Override
  public void decommit(long address, long byteSize) {
    long end = address + byteSize;
    for (Piece piece : pieces.in(address, end)) {
      Reach part = piece.part(address, end);
      if (!piece.isPlaceholder() && piece.isLiveBeside(part)) {
        withdraw(piece, part);
      } else if (!piece.isPlaceholder()) {
        makePlaceholder(piece);
      }
    }
  }

  private void withdraw(Piece piece, Reach part) {
    if (piece.isView()) {
      // Only what is committed has a protection, and what was not must not get one by the other
      // view.
      memory.virtualAlloc(part.from(), part.byteSize(), WindowsAbi.MEM_COMMIT, page(piece.kind()));
      memory.virtualProtect(part.from(), part.byteSize(), WindowsAbi.PAGE_NOACCESS);
    } else {
      memory.virtualFree(part.from(), part.byteSize(), WindowsAbi.MEM_DECOMMIT);
    }
    piece.setLive(part, false);
  }

  private void makePlaceholder(Piece piece) {
    if (piece.isView()) {
      views.preservePlaceholder(process.currentProcess(), piece.start());
    } else {
      memory.virtualFree(piece.start(), piece.byteSize(), PRESERVE);
    }
    pieces.enter(piece.placeholder());
  }

  @Override
  public void commitDual(long rx, long rw, long byteSize, boolean later) {
    if (isTwin(rx, rw, byteSize)) {
      revive(rx, rw, byteSize);
      return;
    }
    requirePlaceholders(rx, byteSize);
    requirePlaceholders(rw, byteSize);
    Piece executable = pieces.isolate(new Reach(rx, rx + byteSize));
    Piece writable = pieces.isolate(new Reach(rw, rw + byteSize));
    Object section = new Object();
    sections.withSection(
        byteSize,
        WindowsAbi.SEC_RESERVE,
        handle -> {
          replace(executable, handle, Piece.Kind.EXECUTABLE_VIEW, section);
          try {
            replace(writable, handle, Piece.Kind.WRITABLE_VIEW, section);
            ViewAddresses both = new ViewAddresses(rx, rw);
            if (!later) {
              sections.commit(both, byteSize);
            }
            return both;
          } catch (RuntimeException failure) {
            Undo.after(failure, () -> takeBack(rx, rw, byteSize));
            throw failure;
          }
        },
        both -> takeBack(rx, rw, byteSize));
  }

  private void replace(Piece placeholder, long section, Piece.Kind kind, Object itsSection) {
    views.replacePlaceholder(
        section, process.currentProcess(), placeholder.start(), placeholder.byteSize(), page(kind));
    pieces.enter(placeholder.replacedBy(kind, itsSection));
  }

  private int page(Piece.Kind view) {
    return view == Piece.Kind.EXECUTABLE_VIEW
        ? protections.ofView(WindowsAbi.PAGE_EXECUTE_READ)
        : WindowsAbi.PAGE_READWRITE;
  }

  @Override
  public void populate(long address, long byteSize) {
    for (Reach part : parts(address, byteSize)) {
      memory.virtualAlloc(
          part.from(), part.byteSize(), WindowsAbi.MEM_COMMIT, WindowsAbi.PAGE_READWRITE);
    }
  }

  private void takeBack(long rx, long rw, long byteSize) {
    try {
      decommit(rx, byteSize);
    } finally {
      decommit(rw, byteSize);
    }
  }

  /** Whether two ranges are dead pages of two views of one section, and the same memory. */
  private boolean isTwin(long rx, long rw, long byteSize) {
    Piece executable = pieces.at(rx);
    Piece writable = pieces.at(rw);
    return executable.kind() == Piece.Kind.EXECUTABLE_VIEW
        && writable.kind() == Piece.Kind.WRITABLE_VIEW
        && rx + byteSize <= executable.end()
        && rw + byteSize <= writable.end()
        && executable.isTwin(rx, writable, rw);
  }

  private void revive(long rx, long rw, long byteSize) {
    memory.virtualProtect(rw, byteSize, WindowsAbi.PAGE_READWRITE);
    try {
      binder.segment(rw, byteSize, Arena.global()).fill((byte) 0);
      protections.protect(rx, byteSize, WindowsAbi.PAGE_EXECUTE_READ);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> memory.virtualProtect(rw, byteSize, WindowsAbi.PAGE_NOACCESS));
      throw failure;
    }
    pieces.at(rx).setLive(new Reach(rx, rx + byteSize), true);
    pieces.at(rw).setLive(new Reach(rw, rw + byteSize), true);
  }

  private void requirePlaceholders(long address, long byteSize) {
    for (Piece piece : pieces.in(address, address + byteSize)) {
      if (!piece.isPlaceholder()) {
        throw stillMapped(piece);
      }
    }
  }

  private static VirtMemException stillMapped(Piece piece) {
    return new VirtMemException(
        Kind.NOT_SUPPORTED,
        "the pages are a part of "
            + piece.byteSize()
            + " bytes at "
            + BitNames.hex(piece.start())
            + " that were committed together, and Windows takes those back as a whole: decommit"
            + " all of them first");
  }

  @Override
  public List<Reach> parts(long address, long byteSize) {
    long end = address + byteSize;
    return pieces.in(address, end).stream().map(piece -> piece.part(address, end)).toList();
  }

  @Override
  public void release(long address, long byteSize) {
    for (Piece piece : pieces.in(address, address + byteSize)) {
      // Before the call: afterwards its address may be another reservation's.
      pieces.remove(piece);
      try {
        release(piece);
      } catch (RuntimeException refused) {
        pieces.enter(piece);
        throw refused;
      }
    }
  }

  private void release(Piece piece) {
    if (piece.isView()) {
      views.unmapView(piece.start());
    } else {
      memory.virtualFree(piece.start(), 0, WindowsAbi.MEM_RELEASE);
    }
  }
}
