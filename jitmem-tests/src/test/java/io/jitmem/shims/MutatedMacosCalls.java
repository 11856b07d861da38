package io.jitmem.shims;

import io.jitmem.macos.MacosBinder;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** The same of the macOS shim, whose one function may also be {@link #THUNK}. */
public non-sealed class MutatedMacosCalls extends MutatedCalls implements MacosBinder {
  /** The machine code that writes under the switch. */
  public static final String THUNK = "the code that writes";

  private final MacosShim shim;

  /**
   * The functions of a shim but one.
   *
   * @param function the symbol of that one, or {@link #THUNK}
   * @param change changes its arguments in place, as C counts them
   */
  public MutatedMacosCalls(MacosShim shim, String function, Consumer<Object[]> change) {
    super(shim, function, change);
    this.shim = shim;
  }

  @Override
  public MethodHandle code(long address, FunctionDescriptor descriptor) {
    MethodHandle code = shim.code(address, descriptor);
    return function.equals(THUNK) ? changed(code, 0) : code;
  }

  @Override
  public final OptionalLong symbol(String name) {
    return shim.symbol(name);
  }
}
