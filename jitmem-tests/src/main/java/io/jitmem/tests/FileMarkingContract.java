package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.spi.FileMarking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The part of the contract about files that are marked, skipped where the backend has no such. */
abstract class FileMarkingContract extends ReservedViewsContract {
  @TempDir Path directory;

  private FileMarking marking() {
    assumeTrue(
        virtMem() instanceof FileMarking,
        () -> virtMem().name() + " does not mark files: it is no FileMarking");
    return (FileMarking) virtMem();
  }

  @Test
  void marks_a_file_of_a_byte_and_changes_nothing_of_it() throws IOException {
    Path file = Files.writeString(directory.resolve("marked"), "x");
    FileMarking.Mark mark = marking().markExecutable(file);
    try {
      assertThat(file).hasContent("x");
      Files.writeString(file, "written while it is marked");
    } finally {
      mark.close();
    }
    assertThat(file).hasContent("written while it is marked");
  }

  @Test
  void ends_one_mark_of_a_file_and_leaves_the_other_and_the_file_may_go_first() throws IOException {
    Path file = Files.writeString(directory.resolve("marked"), "x");
    long before = mappedBytes();
    FileMarking.Mark first = marking().markExecutable(file);
    FileMarking.Mark second = marking().markExecutable(file);
    first.close();
    Files.delete(file);
    second.close();
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void marks_no_file_that_is_not_there_and_follows_no_link() throws IOException {
    FileMarking marking = marking();
    Path file = Files.writeString(directory.resolve("file"), "x");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);
    long before = mappedBytes();
    for (Path wrong : new Path[] {directory.resolve("nothing"), link, directory}) {
      assertThatExceptionOfType(VirtMemException.class)
          .as(wrong.toString())
          .isThrownBy(() -> marking.markExecutable(wrong))
          .withMessageContaining(wrong.toString());
    }
    assertThat(mappedBytes()).isEqualTo(before);
  }
}
