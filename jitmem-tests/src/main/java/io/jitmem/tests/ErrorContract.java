package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * The part of the contract about refusals by the system: what they say, and that they leave
 * nothing.
 */
abstract class ErrorContract extends BackendContract {
  @Test
  void refuses_more_than_the_address_space_has_and_says_so() {
    long tooMuch = Long.MAX_VALUE & -virtMem().pages().byteSize();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> virtMem().allocate(tooMuch, Protection.RW))
        .satisfies(
            refused -> assertThat(refused.kind()).isEqualTo(VirtMemException.Kind.OUT_OF_MEMORY))
        .withMessageContaining(Long.toString(tooMuch));
  }

  @Test
  void gives_everything_back() {
    assumeTrue(mappedBytes() >= 0, "the system does not tell what is mapped");
    long before = mappedBytes();
    for (int round = 0; round < 20; round++) {
      virtMem().release(virtMem().allocate(bytes(), Protection.RW));
      virtMem().capabilities();
      if (virtMem().capabilities().allows(Ability.DUAL_MAPPING)) {
        virtMem().release(virtMem().allocateDual(bytes()));
      }
    }
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void refuses_what_is_too_large_with_a_kind_and_a_call_and_leaves_nothing() {
    long before = mappedBytes();
    long tooMuch = Long.MAX_VALUE & -virtMem().pages().granularity();
    requireSystemRefusal(() -> virtMem().allocate(tooMuch, Protection.RW));
    if (virtMem().capabilities().allows(Ability.DUAL_MAPPING)) {
      requireSystemRefusal(() -> virtMem().allocateDual(tooMuch));
    }
    if (virtMem().capabilities().allows(Ability.RESERVE)) {
      requireSystemRefusal(() -> virtMem().reserve(tooMuch, Placement.anywhere()));
    }
    assertThat(mappedBytes()).isEqualTo(before);
  }

  /** Of a kind that size can be the cause of; the call, where one stands for it, is in the text. */
  private static void requireSystemRefusal(ThrowingCallable operation) {
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(operation)
        .satisfies(refused -> {
          assertThat(refused.kind())
              .isIn(Kind.OUT_OF_MEMORY, Kind.FILE_TOO_LARGE, Kind.NO_SPACE, Kind.INVALID_ARGUMENT);
          assertThat(refused).message().isNotBlank();
          refused.call().ifPresent(call -> requireShown(refused, call));
        });
  }

  private static void requireShown(VirtMemException refused, VirtMemException.Call call) {
    assertThat(call.text()).isNotBlank();
    assertThat(refused)
        .message()
        .startsWith(call.text())
        .contains(call.codeName(), String.valueOf(call.code()), refused.hint());
  }

  @Test
  void keeps_what_is_mapped_as_it_is_when_it_refuses() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    memory.fill((byte) 0x5a);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().protect(memory.asSlice(1), Protection.NONE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().release(memory.asSlice(0, memory.byteSize() - 1)));
    if (!virtMem().capabilities().allows(Ability.RWX)) {
      requireRefusal(() -> virtMem().protect(memory, Protection.RWX));
    }
    requireProtection(memory.asSlice(0, virtMem().pages().byteSize() * (PAGES - 1)), Protection.RW);
    assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes() - virtMem().pages().byteSize()))
        .isEqualTo((byte) 0x5a);
    virtMem().release(memory);
  }
}
