package io.jitmem.tool.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({"a,a,0", "'',abc,3", "abc,'',3", "kitten,sitting,3", "tpye,type,1", "ab,ba,1"})
  void distance_counts_the_changes(String from, String to, int distance) {
    assertThat(NearestName.distance(from, to)).isEqualTo(distance);
  }

  @Test
  void the_nearest_name_is_asked_for_and_a_far_one_is_not() {
    List<String> names = List.of("--strategy", "--repeat");
    assertThat(NearestName.question("--repat", names)).isEqualTo(" (did you mean --repeat?)");
    assertThat(NearestName.question("--verbose", names)).isEmpty();
  }
}
