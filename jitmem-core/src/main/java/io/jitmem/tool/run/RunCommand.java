package io.jitmem.tool.run;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.Progress;
import io.jitmem.tool.command.Terminal;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls machine code and prints what it returns. Everything that can be wrong in the command line
 * is found before any memory is asked for.
 *
 * <p>Loops instead of streams and lambdas, here and in what this class calls: most runs last
 * shorter than it takes to link those.
 */
public final class RunCommand implements Command {
  private final Terminal terminal;
  private final Supplier<VirtMem> backend;

  /** A command that calls code in memory of a backend. */
  public RunCommand(Terminal terminal, Supplier<VirtMem> backend) {
    this.terminal = terminal;
    this.backend = backend;
  }

  @Override
  public String help() {
    return RunHelp.TEXT;
  }

  @Override
  public ExitStatus run(List<String> arguments) {
    RunRequest request = RunRequest.parse(arguments, terminal.in());
    try (Arena arena = Arena.ofConfined()) {
      call(request, request.type().arguments(request.arguments(), arena), arena);
    }
    return ExitStatus.SUCCESS;
  }

  private void call(RunRequest request, List<Object> values, Arena arena) {
    FunctionType type = request.type();
    try (JitRuntime runtime = JitRuntime.over(allocator(request.strategy()))) {
      MethodHandle handle = request.code().load(runtime, type.descriptor(), arena);
      FunctionCall call = new FunctionCall(handle, values);
      if (request.repeat() == 0) {
        print(type.result(), call.once());
      } else {
        Timing timing =
            call.repeat(request.repeat(), new Progress(terminal, request.repeat(), "calls"));
        print(type.result(), timing.result());
        terminal.out().println(timing.summary());
      }
    }
  }

  private JitAllocator allocator(@Nullable WriteStrategy strategy) {
    JitAllocatorBuilder builder = JitAllocator.builder().virtMem(backend.get());
    return strategy == null ? builder.build() : builder.strategy(strategy).build();
  }

  private void print(NativeType type, @Nullable Object result) {
    if (result != null) {
      terminal.out().println(type.format(result, terminal.out().charset()));
    }
  }
}
