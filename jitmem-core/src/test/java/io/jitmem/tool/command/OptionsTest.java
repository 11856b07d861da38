package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  private static final List<String> NAMES = List.of("--a", "--b");

  @Test
  void options_and_operands_may_be_mixed() {
    Options options = Options.parse(NAMES, List.of("x", "--a", "1", "y", "--b=2=3", "z"));
    assertThat(options.value("--a")).isEqualTo("1");
    assertThat(options.value("--b")).isEqualTo("2=3");
    assertThat(options.operands()).containsExactly("x", "y", "z");
  }

  @Test
  void an_option_that_is_not_given_has_no_value() {
    assertThat(Options.parse(NAMES, List.of()).value("--a")).isNull();
  }

  @Test
  void a_number_is_read_or_stands_for_itself() {
    Options options = Options.parse(NAMES, List.of("--a", "-7"));
    assertThat(options.number("--a", -7, 9, 1)).isEqualTo(-7);
    assertThat(options.number("--b", -7, 9, 1)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-8", "10", "x", "", "0x1", "99999999999999999999", "1 "})
  void what_is_no_number_in_its_range_is_refused(String value) {
    Options options = Options.parse(NAMES, List.of("--a=" + value));
    assertThatThrownBy(() -> options.number("--a", -7, 9, 1))
        .isInstanceOf(UsageException.class)
        .hasMessage("--a: '" + value + "' is not a whole number -7..9");
  }

  @Test
  void two_dashes_end_the_options() {
    Options options = Options.parse(NAMES, List.of("--a=1", "--", "--b=2", "--"));
    assertThat(options.value("--b")).isNull();
    assertThat(options.operands()).containsExactly("--b=2", "--");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "-0x1f", "-.5", "-Infinity", "-NaN", "-", ""})
  void negative_numbers_and_a_lone_dash_are_operands(String operand) {
    assertThat(Options.parse(NAMES, List.of(operand)).operands()).containsExactly(operand);
  }

  @Test
  void a_value_may_be_a_dash_a_negative_number_or_empty() {
    assertThat(Options.parse(NAMES, List.of("--a", "-")).value("--a")).isEqualTo("-");
    assertThat(Options.parse(NAMES, List.of("--a", "-5")).value("--a")).isEqualTo("-5");
    assertThat(Options.parse(NAMES, List.of("--a=")).value("--a")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--c", "-a", "--c=1", "-In", "---"})
  void what_looks_like_an_option_and_is_none_is_refused(String option) {
    assertThatThrownBy(() -> Options.parse(NAMES, List.of(option)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("unknown option '")
        .hasMessageContaining("there are --a, --b, and --");
  }

  @Test
  void only_what_may_be_repeated_is_given_twice() {
    List<String> twice = List.of("--a=1", "--b=2", "--a", "3");
    Options options = Options.parse(NAMES, List.of("--a"), twice);
    assertThat(options.values("--a")).containsExactly("1", "3");
    assertThat(options.values("--b")).containsExactly("2");
    assertThat(options.values("--c")).isEmpty();
    assertThatThrownBy(() -> Options.parse(NAMES, twice))
        .isInstanceOf(UsageException.class)
        .hasMessage("--a is given twice; once is enough");
  }
}
