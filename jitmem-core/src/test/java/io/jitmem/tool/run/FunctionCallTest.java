package io.jitmem.tool.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.tool.FakeTerminal;
import io.jitmem.tool.command.Progress;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionCallTest {
  private static final MethodType ADD = MethodType.methodType(long.class, long.class);

  private final AtomicLong counter = new AtomicLong();
  private final FakeTerminal terminal = new FakeTerminal();

  @Test
  void one_call_gives_the_result() {
    assertThat(counting(5).once()).isEqualTo(5L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 100_000})
  void repeated_calls_are_as_many_as_asked_for_and_give_the_last_result(long count) {
    Timing timing = counting(3).repeat(count, new Progress(terminal, count, "calls"));
    assertThat(counter).hasValue(3 * count);
    assertThat(timing.result()).isEqualTo(3 * count);
    assertThat(timing.calls()).isEqualTo(count);
    assertThat(timing.nanos()).isPositive();
    assertThat(terminal.errors()).isEmpty();
  }

  @Test
  void a_void_function_has_no_result() {
    FunctionCall call =
        new FunctionCall(MethodHandles.empty(MethodType.methodType(void.class)), List.of());
    assertThat(call.once()).isNull();
    assertThat(call.repeat(10, new Progress(terminal, 10, "calls")).result()).isNull();
  }

  @Test
  void what_binding_throws_is_passed_on() {
    MethodHandle throwing =
        MethodHandles.insertArguments(
            MethodHandles.throwException(void.class, IllegalStateException.class),
            0,
            new IllegalStateException("no"));
    assertThatThrownBy(() -> new FunctionCall(throwing, List.of()).once())
        .isInstanceOf(IllegalStateException.class);
  }

  private FunctionCall counting(long step) {
    try {
      MethodHandle add = MethodHandles.lookup().findVirtual(AtomicLong.class, "addAndGet", ADD);
      return new FunctionCall(add.bindTo(counter), List.of(step));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError(impossible.getMessage(), impossible);
    }
  }
}
