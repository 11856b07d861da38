package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ParagraphTest {
  @Test
  void lines_break_between_words() {
    assertThat(Paragraph.wrap("one two  three\nfour", 9))
        .containsExactly("one two", "three", "four");
  }

  @Test
  void a_line_may_be_filled_to_its_end() {
    assertThat(Paragraph.wrap("abc de", 6)).containsExactly("abc de");
  }

  @Test
  void a_long_word_stays_whole() {
    assertThat(Paragraph.wrap("a /proc/sys/vm/max b", 5))
        .containsExactly("a", "/proc/sys/vm/max", "b");
  }

  @Test
  void an_empty_text_has_no_lines() {
    assertThat(Paragraph.wrap("  ", 10)).isEmpty();
  }
}
