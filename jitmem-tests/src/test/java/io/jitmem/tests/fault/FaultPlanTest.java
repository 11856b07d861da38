package io.jitmem.tests.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language of fault plans: what it means and what is said of mistakes. */
class FaultPlanTest {
  @ParameterizedTest
  @CsvSource({
    "allocate: ok ok fail*,            ..xxxxxx",
    "allocate: fail,                   x.......",
    "allocate: 3 fail EACCES,          xxx.....",
    "allocate: 2 ok 2 fail ok fail,    ..xx.x..",
    "allocate: ok*,                    ........",
    "allocate: fail EINVAL*,           xxxxxxxx",
    "allocate: random 100% seed 1*,    xxxxxxxx",
    "allocate: random 0% seed 1*,      ........",
    "allocate: 2 random 100% seed 1 ok fail, xx.x....",
    "protect: fail*,                   ........",
    "any: ok fail,                     .x......",
    "'any: ok fail; allocate: fail',   xx......",
    "'',                               ........"
  })
  void steps_say_what_becomes_of_one_call_after_another(String text, String expected) {
    assertThat(outcomes(FaultPlan.parse(text), 8)).isEqualTo(expected);
  }

  @Test
  void lines_and_semicolons_end_rules() {
    FaultPlan plan = FaultPlan.parse("\n allocate: ok fail ;; protect:fail*\r\n\nany: 9 ok fail\n");
    assertThat(plan)
        .hasToString("allocate: ok fail ENOMEM; any: 9 ok fail ENOMEM; protect: fail ENOMEM*");
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void a_rule_counts_the_calls_of_its_operation_and_any_counts_all(Operation operation) {
    FaultPlan plan = FaultPlan.parse(operation.word() + ": ok fail; any: 4 ok fail");
    assertThat(plan.at(operation, 2, 100)).isPresent();
    assertThat(plan.at(operation, 1, 100)).isEmpty();
    assertThat(plan.at(operation, 1, 5)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "ENOMEM, OUT_OF_MEMORY, 12",
    "EPERM, PERMISSION_DENIED, 1",
    "EACCES, PERMISSION_DENIED, 13",
    "EEXIST, ADDRESS_IN_USE, 17",
    "EINVAL, INVALID_ARGUMENT, 22",
    "ENFILE, TOO_MANY_HANDLES, 23",
    "EMFILE, TOO_MANY_HANDLES, 24",
    "EFBIG, FILE_TOO_LARGE, 27",
    "ENOSPC, NO_SPACE, 28",
    "ENOSYS, NOT_SUPPORTED, 38",
    "EIO, OTHER, 5",
    "FILE_TOO_LARGE, FILE_TOO_LARGE, 0",
    "'', OUT_OF_MEMORY, 12"
  })
  void a_fault_is_named_by_its_code_or_its_kind(String name, Kind kind, int code) {
    Optional<Fault> fault = FaultPlan.parse("allocate: fail " + name).at(Operation.ALLOCATE, 1, 1);
    assertThat(fault)
        .hasValueSatisfying(found -> {
          assertThat(found.kind()).isEqualTo(kind);
          assertThat(found.code()).isEqualTo(code);
        });
  }

  @Test
  void chance_depends_on_the_seed_alone_and_keeps_to_its_share() {
    FaultPlan plan = FaultPlan.parse("any: random 10% seed 42*");
    String outcomes = outcomes(plan, 10_000);
    assertThat(outcomes).isEqualTo(outcomes(FaultPlan.random(10, 42, Fault.ENOMEM), 10_000));
    assertThat(outcomes).isNotEqualTo(outcomes(FaultPlan.random(10, 43, Fault.ENOMEM), 10_000));
    assertThat(outcomes.chars().filter(c -> c == 'x').count()).isBetween(900L, 1100L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "allocate: ok 2 fail EACCES ok*",
        "any: 7 ok fail NO_SPACE; releaseDual: random 10% seed 42 EIO*",
        "capabilities: fail ENOSYS; flush: 3 random 50% seed 0 ENOMEM; synchronize: ok"
      })
  void a_plan_is_written_as_it_can_be_read(String text) {
    assertThat(FaultPlan.parse(text)).hasToString(text).isEqualTo(FaultPlan.parse(text));
  }

  @Test
  void ready_made_plans_are_those_that_can_be_written() {
    assertThat(FaultPlan.none()).isEqualTo(FaultPlan.parse(""));
    assertThat(FaultPlan.nth(1, Fault.ENOMEM)).isEqualTo(FaultPlan.parse("any: fail"));
    assertThat(FaultPlan.nth(5, Fault.ENOMEM)).isEqualTo(FaultPlan.parse("any: 4 ok fail"));
    assertThat(FaultPlan.from(3, Fault.of(Kind.OTHER)))
        .isEqualTo(FaultPlan.parse("any: 2 ok fail OTHER*"));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultPlan.nth(0, Fault.ENOMEM));
    assertThatIllegalArgumentException().isThrownBy(() -> FaultPlan.random(101, 1, Fault.ENOMEM));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "alocate: ok            | 1  | 'alocate'  | an operation (allocate, release,",
        "allocate ok            | 10 | 'ok'       | expected ':'",
        "allocate:              | 10 | the end    | expected 'ok', 'fail' or 'random'",
        "allocate: ok faill     | 14 | 'faill'    | expected 'ok', 'fail' or 'random'",
        "allocate: fail EWRONG  | 16 | 'EWRONG'   | expected a fault such as ENOMEM",
        "allocate: fail eacces  | 16 | 'eacces'   | expected a fault such as ENOMEM",
        "allocate: ok; protect: | 23 | the end    | expected 'ok', 'fail' or 'random'",
        "allocate: 0 fail       | 11 | '0'        | expected a number from 1",
        "allocate: 3            | 12 | the end    | expected 'ok', 'fail' or 'random'",
        "allocate: 3 fail*      | 17 | '*'        | a step has a number or '*', not both",
        "allocate: fail* ok     | 17 | 'ok'       | nothing can follow '*' in a rule",
        "any: ok; any: ok       | 10 | 'any'      | there is a rule for this already",
        "any: random 101% seed 1| 13 | '101'      | expected a number from 0 to 100",
        "any: random 10 seed 1  | 16 | 'seed'     | expected '%'",
        "any: random 10% 1      | 17 | '1'        | expected 'seed'",
        "any: random x          | 13 | 'x'        | expected a number of up to 18 digits",
        "any: 1234567890123456789 ok | 6 | '1234567890123456789' | expected a number of up to 18",
        "any: ok, fail          | 8  | ','        | expected 'ok', 'fail' or 'random'"
      })
  void a_mistake_is_shown_with_its_place_and_what_was_expected(
      String text, int character, String token, String expected) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultPlan.parse(text))
        .withMessageStartingWith("fault plan, character %d, %s: ", character, token)
        .withMessageContaining(expected);
  }

  private static String outcomes(FaultPlan plan, int calls) {
    return LongStream.rangeClosed(1, calls)
        .mapToObj(call -> plan.at(Operation.ALLOCATE, call, call).isPresent() ? "x" : ".")
        .collect(Collectors.joining());
  }
}
