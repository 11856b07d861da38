package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.tool.FakeTerminal;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000;

  private final FakeTerminal terminal = new FakeTerminal();

  @Test
  void a_short_run_shows_none() {
    Progress progress = new Progress(terminal.withPerson(), 100, "calls");
    progress.at(99, SECOND - 1);
    progress.end();
    assertThat(terminal.errors()).isEmpty();
  }

  @Test
  void a_long_run_writes_one_line_over_and_over_and_wipes_it_away() {
    Progress progress = new Progress(terminal.withPerson(), 100, "calls");
    progress.at(25, SECOND);
    progress.at(26, SECOND + 1);
    progress.at(50, 2 * SECOND);
    progress.end();
    String wiped = " ".repeat(" 25%  25 calls  1 s".length());
    assertThat(terminal.errors())
        .isEqualTo("\r 25%  25 calls  1 s" + "\r 50%  50 calls  2 s" + "\r" + wiped + "\r");
  }

  @Test
  void nobody_watching_nothing_is_shown() {
    Progress progress = new Progress(terminal, 100, "calls");
    progress.at(25, 5 * SECOND);
    progress.end();
    assertThat(terminal.errors()).isEmpty();
  }
}
