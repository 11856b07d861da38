package io.jitmem.tests.bench;

import io.jitmem.code.CodeLibrary;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.nio.file.Path;

/** All objects of a static zlib, loaded with the default options. */
record LoadedZlib(JitRuntime runtime, Zlib functions) implements AutoCloseable {
  static LoadedZlib of(Path library) throws IOException {
    JitRuntime runtime = JitRuntime.create();
    JitModule module =
        runtime.addModule(CodeLibrary.open(library).all(), Linker.nativeLinker().defaultLookup());
    return new LoadedZlib(runtime, new Zlib((name, type) -> module.function(name).handle(type)));
  }

  @Override
  public void close() {
    runtime.close();
  }
}
