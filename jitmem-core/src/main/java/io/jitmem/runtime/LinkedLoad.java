package io.jitmem.runtime;

import io.jitmem.allocator.WriteScope;
import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.ffm.NativeAccess;
import io.jitmem.link.Image;
import io.jitmem.link.Linkage;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Links machine code and puts it into memory: all of it or nothing. What the system is asked for
 * comes after all that can be found wrong without it. Used by one thread.
 */
final class LinkedLoad {
  private static final SymbolLookup NO_SYMBOLS = name -> Optional.empty();
  private static final FunctionDescriptor INITIALIZER = FunctionDescriptor.ofVoid();

  private final LiveCode live;
  private final List<MachineCode> codes;
  private final Linkage linkage;
  private final List<ImageLoading> images = new ArrayList<>();
  private boolean sealed;

  private LinkedLoad(LiveCode live, List<MachineCode> codes, Linkage linkage) {
    this.live = live;
    this.codes = codes;
    this.linkage = linkage;
  }

  /** Loads machine code to one piece of memory each. */
  static LinkedLoad apart(LiveCode live, List<MachineCode> codes, @Nullable SymbolLookup lookup) {
    requireLandingPads(live, codes);
    return new LinkedLoad(
            live, codes, Linkage.apart(codes, host(), lookup == null ? NO_SYMBOLS : lookup))
        .load();
  }

  /** Loads machine code to one piece of memory. */
  static LinkedLoad together(
      LiveCode live, List<MachineCode> codes, @Nullable SymbolLookup lookup) {
    requireLandingPads(live, codes);
    return new LinkedLoad(
            live, codes, Linkage.together(codes, host(), lookup == null ? NO_SYMBOLS : lookup))
        .load();
  }

  /** Where branches are guarded, the process would end at the first call of code without. */
  private static void requireLandingPads(LiveCode live, List<MachineCode> codes) {
    VirtMem memory = live.allocator().virtMem();
    if (!memory.guardsBranches() || memory.listsCallTargets()) {
      return;
    }
    for (MachineCode code : codes) {
      if (code.lacksLandingPads()) {
        throw new LinkException(
            code.name()
                + " has no landing pads, and branches are guarded here: compile it with"
                + " -mbranch-protection=standard, or build the allocator without guardedBranches");
      }
    }
  }

  private static Architecture host() {
    Platform platform = Platform.current();
    return platform
        .architecture()
        .orElseThrow(() -> new UnsupportedOperationException("there is no linker for " + platform));
  }

  private LinkedLoad load() {
    try {
      write();
      runInitializers();
      return this;
    } catch (RuntimeException | Error failure) {
      undo(failure);
      throw failure;
    }
  }

  private void write() {
    ImageMemory.Owners owners = new ImageMemory.Owners(live.allocator(), live.data());
    try (WriteScope scope = live.allocator().writeScope();
        ReadOnlyPages pages = new ReadOnlyPages(live.data())) {
      for (Image image : linkage.images()) {
        ImageLoading loading = new ImageLoading(image, owners);
        images.add(loading);
        loading.place(scope, pages);
      }
      if (live.allocator().virtMem().listsCallTargets()) {
        requireCallable();
      }
      for (ImageLoading image : images) {
        image.write(scope);
      }
      pages.seal();
      sealed = true;
      if (live.allocator().wantsDescriptions()) {
        // Not earlier: constants that fail to be sealed are gone before the code is published.
        images.forEach(image -> image.describe(scope));
      }
    }
  }

  /** What cannot be listed as a place for calls would end the process when it is called. */
  private void requireCallable() {
    for (ImageLoading loading : images) {
      for (Image.Named function : loading.image().exportedFunctions()) {
        if (function.address() % VirtMem.CALL_TARGET_BYTE_ALIGNMENT != 0) {
          throw new LinkException(
              "'"
                  + function.name()
                  + "' of "
                  + loading.image().name()
                  + " is not at a multiple of "
                  + VirtMem.CALL_TARGET_BYTE_ALIGNMENT
                  + " bytes, and only such places can be listed for calls here: compile it with"
                  + " -falign-functions="
                  + VirtMem.CALL_TARGET_BYTE_ALIGNMENT
                  + ", or build the allocator without guardedBranches");
        }
      }
    }
  }

  private void runInitializers() {
    for (ImageLoading loading : images) {
      for (long address : loading.image().initializers()) {
        call(address);
      }
    }
  }

  private static void call(long address) {
    MethodHandle function = NativeAccess.handle(MemorySegment.ofAddress(address), INITIALIZER);
    try {
      function.invokeExact();
    } catch (Throwable unexpected) {
      throw new AssertionError("a C function threw an exception", unexpected);
    }
  }

  private void undo(Throwable failure) {
    for (ImageLoading image : images) {
      try {
        image.memoryToUndo(sealed).release();
      } catch (RuntimeException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
    }
  }

  /** The memory of each image. */
  List<ImageMemory> memories() {
    List<ImageMemory> memories = new ArrayList<>(images.size());
    for (ImageLoading image : images) {
      memories.add(image.memory());
    }
    return memories;
  }

  /** What there is to call of the machine code with this index, in some of this memory. */
  LoadedCode code(int index, ImageMemory memory) {
    MachineCode code = codes.get(index);
    long entry =
        linkage
            .entry(index)
            .orElseThrow(() ->
                new LinkException(
                    code.name() + ": all its code is in groups of which others were kept"));
    return memory.code(code.name(), entry, linkage.exports(index));
  }

  /** All names that are defined. */
  Map<String, Long> symbols() {
    return linkage.exports();
  }
}
