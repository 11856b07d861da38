package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import org.junit.jupiter.api.Test;

/** The tables of README.md and docs/platforms.md are what the records of runs say. */
class PlatformTableTest {
  @Test
  void the_tables_of_what_was_proven_where_are_made_from_the_records() throws Exception {
    Process compare =
        new ProcessBuilder(ChildJvm.java(), ".mvn/Platforms.java", "compare")
            .directory(new File(ChildJvm.TOP.toString()))
            .inheritIO()
            .start();
    assertThat(compare.waitFor()).isZero();
  }
}
