package io.jitmem.runtime.guard;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.junit.jupiter.api.Test;

class GuardedCallsTest {
  private static final MemorySegment NOWHERE = MemorySegment.ofAddress(4096);

  private static final CallGuard.Owner REFUSING =
      new CallGuard.Owner() {
        @Override
        public IllegalStateException refusal() {
          return new IllegalStateException("closed");
        }

        @Override
        public void lastCallLeft() {
          throw new IllegalStateException("not released");
        }
      };

  private final CallGuard guard = new CallGuard(REFUSING);

  @Test
  void a_closed_guard_refuses_before_the_code_is_called() {
    guard.close();
    MethodHandle handle =
        GuardedCalls.bind(guard, NOWHERE, CallType.of(FunctionDescriptor.of(JAVA_LONG, JAVA_INT)));
    assertThat(handle.type()).isEqualTo(MethodType.methodType(long.class, int.class));
    assertThatIllegalStateException().isThrownBy(() -> handle.invoke(1)).withMessage("closed");
  }

  @Test
  void types_are_the_same_if_descriptor_and_options_are() {
    CallType plain = CallType.of(FunctionDescriptor.ofVoid(JAVA_INT));
    CallType critical =
        CallType.of(FunctionDescriptor.ofVoid(JAVA_INT), Linker.Option.critical(true));
    assertThat(plain)
        .isEqualTo(CallType.of(FunctionDescriptor.ofVoid(JAVA_INT)))
        .hasSameHashCodeAs(CallType.of(FunctionDescriptor.ofVoid(JAVA_INT)))
        .isNotEqualTo(CallType.of(FunctionDescriptor.ofVoid(JAVA_LONG)))
        .isNotEqualTo(critical);
    assertThat(critical)
        .isEqualTo(CallType.of(FunctionDescriptor.ofVoid(JAVA_INT), Linker.Option.critical(true)));
  }

  @Test
  void types_that_are_made_up_without_end_do_not_pile_up() {
    for (int i = 0; i <= GuardedCalls.MOST_SHAPES; i++) {
      GuardedCalls.bind(
          guard,
          NOWHERE,
          CallType.of(FunctionDescriptor.ofVoid(JAVA_INT.withName("argument" + i))));
    }
    assertThat(GuardedCalls.shapeCount()).isBetween(1, GuardedCalls.MOST_SHAPES);
  }

  @Test
  void what_the_call_threw_comes_before_what_the_release_throws() {
    int cell = guard.enter();
    guard.close();
    NullPointerException thrown = new NullPointerException("of the call");
    GuardedCalls.leave(thrown, cell, guard);
    assertThat(thrown.getSuppressed())
        .singleElement()
        .satisfies(suppressed -> assertThat(suppressed).hasMessage("not released"));
  }

  @Test
  void what_the_release_throws_is_thrown_by_a_call_that_threw_nothing() {
    int cell = guard.enter();
    guard.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> GuardedCalls.leave(null, cell, guard))
        .withMessage("not released");
  }
}
