package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.code.MachineCode;
import io.jitmem.code.Section;
import io.jitmem.observe.CodeDescription;
import io.jitmem.runtime.guard.CallType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds code to a runtime, for the runtime itself or a scope of it.
 *
 * @param live the runtime's code
 * @param scope what the code belongs to, if not to the runtime alone
 * @param automatic whether code ends when it cannot be called any more
 */
record CodeLoader(LiveCode live, @Nullable JitScope scope, boolean automatic) {
  JitFunction add(MachineCode code, @Nullable SymbolLookup lookup, @Nullable CallType type) {
    requireOpen();
    Optional<MemorySegment> plain = code.plainBytes();
    return plain.isPresent() ? place(code.name(), plain.get(), type) : link(code, lookup, type);
  }

  private JitFunction place(String name, MemorySegment bytes, @Nullable CallType type) {
    Span span = write(name, bytes);
    CodeLifetime lifetime =
        new CodeLifetime(live, new CodeMemory.OfSpan(live.allocator(), span), scope);
    return function(lifetime, LoadedCode.plain(span), type);
  }

  private JitFunction link(
      MachineCode code, @Nullable SymbolLookup lookup, @Nullable CallType type) {
    requireEntry(code);
    LinkedLoad load = LinkedLoad.together(live, List.of(code), lookup);
    ImageMemory memory = load.memories().getFirst();
    return function(new CodeLifetime(live, memory, scope), load.code(0, memory), type);
  }

  private JitFunction function(CodeLifetime lifetime, LoadedCode code, @Nullable CallType type) {
    try {
      Tenure tenure = begin(lifetime);
      return new JitFunction(
          tenure,
          code,
          type == null ? null : new BoundCall(type, tenure.handle(code.entry(), type)));
    } catch (RuntimeException failure) {
      close(lifetime, failure);
      throw failure;
    }
  }

  /**
   * Adds code that may refer to each other. Where each ends by itself when nobody can call it, it
   * would end although others call it; so there it is one life for all.
   */
  List<JitFunction> addAll(List<MachineCode> codes, @Nullable SymbolLookup lookup) {
    requireOpen();
    List<MachineCode> all = List.copyOf(codes);
    all.forEach(CodeLoader::requireEntry);
    if (all.isEmpty()) {
      return List.of();
    }
    return automatic
        ? functions(LinkedLoad.together(live, all, lookup), all.size())
        : functions(LinkedLoad.apart(live, all, lookup), all.size());
  }

  private List<JitFunction> functions(LinkedLoad load, int count) {
    List<ImageMemory> memories = load.memories();
    List<CodeLifetime> lifetimes = new ArrayList<>(memories.size());
    for (ImageMemory memory : memories) {
      lifetimes.add(new CodeLifetime(live, memory, scope));
    }
    try {
      List<JitFunction> functions = new ArrayList<>(count);
      Tenure tenure = null;
      for (int i = 0; i < count; i++) {
        int image = Math.min(i, memories.size() - 1);
        if (tenure == null || memories.size() > 1) {
          tenure = begin(lifetimes.get(image));
        }
        functions.add(new JitFunction(tenure, load.code(i, memories.get(image)), null));
      }
      return functions;
    } catch (RuntimeException failure) {
      for (CodeLifetime lifetime : lifetimes) {
        close(lifetime, failure);
      }
      throw failure;
    }
  }

  /** Adds code that ends together. */
  JitModule addModule(List<MachineCode> codes, @Nullable SymbolLookup lookup) {
    requireOpen();
    if (codes.isEmpty()) {
      throw new IllegalArgumentException("there is no machine code to make a module of");
    }
    LinkedLoad load = LinkedLoad.together(live, List.copyOf(codes), lookup);
    ImageMemory memory = load.memories().getFirst();
    CodeLifetime lifetime = new CodeLifetime(live, memory, scope);
    try {
      return new JitModule(begin(lifetime), memory, load.symbols());
    } catch (RuntimeException failure) {
      close(lifetime, failure);
      throw failure;
    }
  }

  private void requireOpen() {
    live.requireOpen();
    if (scope != null) {
      scope.requireOpen();
    }
  }

  private static void requireEntry(MachineCode code) {
    for (Section section : code.sections()) {
      if (section.kind() == Section.Kind.CODE && section.byteSize() > 0) {
        return;
      }
    }
    throw new IllegalArgumentException(
        code + " has no code to enter; addModule takes such as have data alone");
  }

  /** A share in a life that begins. */
  private Tenure begin(CodeLifetime lifetime) {
    Tenure tenure = automatic ? Tenure.untilUnreachable(lifetime) : Tenure.untilClosed(lifetime);
    if (scope != null) {
      scope.adopt(lifetime);
    }
    return tenure;
  }

  private Span write(String name, MemorySegment bytes) {
    JitAllocator allocator = live.allocator();
    Span span = allocator.allocate(bytes.byteSize());
    try {
      if (allocator.wantsDescriptions()) {
        writeDescribed(allocator, span, name, bytes);
      } else {
        allocator.write(span, 0, bytes);
      }
      return span;
    } catch (RuntimeException failure) {
      release(allocator, span, failure);
      throw failure;
    }
  }

  private static void writeDescribed(
      JitAllocator allocator, Span span, String name, MemorySegment bytes) {
    try (WriteScope scope = allocator.writeScope()) {
      scope.describe(span, CodeDescription.of(name));
      scope.write(span, 0, bytes);
    }
  }

  private static void release(JitAllocator allocator, Span span, RuntimeException failure) {
    try {
      allocator.release(span);
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  private static void close(CodeLifetime lifetime, RuntimeException failure) {
    try {
      lifetime.close();
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }
}
