package io.jitmem.audit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeclaredTest {
  private static final Lookup LOOKUP = MethodHandles.lookup();

  /** Numbers as modules have them. */
  @SuppressWarnings("unused") // read by their names
  static final class Numbers {
    static final int MAP_ANON = 4096;
    static final long SIZE = 1L << 40;
    static final short MODE = 384;
    static final String NAME = "no number";
    static final List<Integer> LIST = List.of();
    private static final int OWN = 7;
    final int instance = 8;
  }

  /** As in another header. */
  static final class More {
    static final int MAP_ANON = 4096;
    static final int O_CREAT = 512;
  }

  /** Of another system. */
  static final class Other {
    static final int MAP_ANON = 32;
  }

  record Abi(int O_CREAT, long SIZE, String name) {}

  @Test
  void numbers_are_the_integer_constants_that_others_may_use() {
    assertThat(Declared.numbers(LOOKUP, Numbers.class, More.class))
        .containsExactly(
            entry("MAP_ANON", 4096L),
            entry("MODE", 384L),
            entry("O_CREAT", 512L),
            entry("SIZE", 1L << 40));
  }

  @Test
  void a_name_has_one_value() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Declared.numbers(LOOKUP, Numbers.class, Other.class))
        .withMessage("MAP_ANON is both 4096 and 32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Declared.named(code -> code < 2 ? "EPERM" : "", 0, 3))
        .withMessage("EPERM is both 0 and 1");
  }

  @Test
  void what_the_look_up_may_not_read_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Declared.numbers(MethodHandles.publicLookup(), Numbers.class))
        .withMessageContaining("MAP_ANON");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Declared.components(MethodHandles.publicLookup(), new Abi(1, 2, "")))
        .withMessageContaining("may not call");
  }

  @Test
  void objects_of_one_type_are_found_by_class_and_name() {
    assertThat(Declared.values(LOOKUP, String.class, Numbers.class, More.class))
        .containsExactly(entry("Numbers.NAME", "no number"));
  }

  @Test
  void a_records_numbers_have_its_components_names() {
    assertThat(Declared.components(LOOKUP, new Abi(512, 9, "one")))
        .containsExactly(entry("O_CREAT", 512L), entry("SIZE", 9L));
  }

  @Test
  void codes_are_found_by_their_names() {
    List<String> names = List.of("", "EPERM", "", "ESRCH");
    assertThat(Declared.named(names::get, 0, 4))
        .containsExactly(entry("EPERM", 1L), entry("ESRCH", 3L));
  }

  @Test
  void a_prototype_tells_what_every_call_has() {
    Prototype open =
        Prototype.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    assertThat(open.fixedParameters()).containsExactly(8L, 4L, 4L);
    assertThat(open.variadicFrom(2).fixedParameters()).containsExactly(8L, 4L);
    assertThat(open.variadicFrom(5).fixedParameters()).containsExactly(8L, 4L, 4L);
    assertThat(open.variadicFrom(2)).hasToString("open 4(8,4,4), variadic from 2");
    assertThatIllegalArgumentException().isThrownBy(() -> open.variadicFrom(-2));
  }
}
