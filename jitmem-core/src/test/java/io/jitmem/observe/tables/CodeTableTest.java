package io.jitmem.observe.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.observe.CodeRange;
import org.junit.jupiter.api.Test;

class CodeTableTest {
  private final CodeTable<String> table = new CodeTable<>();

  @Test
  void what_was_entered_last_is_removed_first() {
    table.put(new CodeRange(300, 10), "a");
    table.put(new CodeRange(100, 10), "b");
    table.put(new CodeRange(200, 10), "c");
    assertThat(table.remove(new CodeRange(0, 250))).containsExactly("c", "b");
    assertThat(table.removeAll()).containsExactly("a");
    assertThat(table.count()).isZero();
  }

  @Test
  void an_entry_goes_with_any_byte_of_it_and_stays_with_its_neighbours() {
    table.put(new CodeRange(100, 10), "a");
    assertThat(table.remove(new CodeRange(90, 10))).isEmpty();
    assertThat(table.remove(new CodeRange(110, 1))).isEmpty();
    assertThat(table.remove(new CodeRange(109, 1))).containsExactly("a");
    table.put(new CodeRange(100, 10), "b");
    assertThat(table.remove(new CodeRange(50, 51))).containsExactly("b");
  }

  @Test
  void addresses_have_no_sign_and_the_last_byte_of_all_is_one() {
    table.put(new CodeRange(-16, 16), "last");
    table.put(new CodeRange(Long.MIN_VALUE - 8, 16), "middle");
    assertThat(table.remove(new CodeRange(Long.MIN_VALUE, 1))).containsExactly("middle");
    assertThat(table.remove(new CodeRange(-1, 1))).containsExactly("last");
  }

  @Test
  void entries_do_not_overlap() {
    table.put(new CodeRange(100, 10), "a");
    assertThatThrownBy(() -> table.put(new CodeRange(105, 10), "b"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0x69+10");
  }
}
