package io.jitmem.audit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.FunctionDescriptor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemTableTest {
  private static final Prototype OPEN =
      Prototype.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
          .variadicFrom(2);

  private final SystemTable one = table("One");

  private static SystemTable table(String system) {
    return SystemTable.read(system, SystemTableTest.class, "numbers.tsv", "functions.tsv");
  }

  private static SystemTable withLibraries() {
    return SystemTable.read("one", SystemTableTest.class, "numbers.tsv", "libraries.tsv");
  }

  @ParameterizedTest
  @CsvSource({
    "MAP_ANON, 4096",
    "PROT_READ, 1",
    "FLAG, -2147483648",
    "FLAG, 2147483648",
    "LIMIT, -1",
    "NONE, -1",
    "WIDE, 4886718345",
  })
  void a_number_is_what_the_table_says(String name, long ours) {
    assertThat(one.difference(name, ours)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "MAP_ANON, 32, 'MAP_ANON is 4096 on one, not 32'",
    "WIDE, 0x23456789, 'WIDE is 4886718345 on one, not 591751049'",
    "NONE, 4294967295, 'NONE is -1 on one, not 4294967295'",
    "LIMIT, 4294967295, 'LIMIT is -1 on one, not 4294967295'",
    "MAP_STACK, 1, 'MAP_STACK is not in the table of one'",
    "ODD, 384, 'ODD is not in the table of one'",
    "policy.first, 0, 'policy.first is not in the table of one'",
  })
  void what_is_otherwise_or_unknown_is_told(String name, String ours, String difference) {
    assertThat(one.difference(name, Long.decode(ours))).contains(difference);
  }

  @Test
  void a_number_must_be_right_on_each_cpu_unless_one_is_chosen() {
    assertThat(one.difference("SYS_open", 2)).contains("SYS_open is 56 on one, aarch64, not 2");
    assertThat(one.onCpu("x86_64").difference("SYS_open", 2)).isEmpty();
    assertThat(one.onCpu("aarch64").difference("SYS_open", 2)).isPresent();
    assertThat(one.onCpu("riscv64").difference("SYS_open", 2))
        .contains("SYS_open is not in the table of one");
    assertThat(one.onCpu("riscv64").difference("MAP_ANON", 4096)).isEmpty();
  }

  @Test
  void all_that_is_wrong_is_listed_by_name() {
    assertThat(one.differences(Map.of("PROT_READ", 2L, "MAP_ANON", 4096L, "A", 1L)))
        .containsExactly("A is not in the table of one", "PROT_READ is 1 on one, not 2");
  }

  @Test
  void a_prototype_is_compared_by_sizes_and_what_is_variadic() {
    assertThat(one.difference(OPEN)).isEmpty();
    assertThat(one.difference(OPEN.variadicFrom(Prototype.NOT_VARIADIC)))
        .contains("open is 4(8,4,4), variadic from 2 on one, not 4(8,4,4)");
    assertThat(one.difference(OPEN.variadicFrom(1))).isPresent();
    assertThat(one.difference(Prototype.of("getpagesize", FunctionDescriptor.of(JAVA_INT))))
        .isEmpty();
    assertThat(one.difference(Prototype.of("getpagesize", FunctionDescriptor.of(JAVA_LONG))))
        .contains("getpagesize is 4() on one, not 8()");
    assertThat(one.difference(Prototype.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT))))
        .contains("close is not in the table of one");
  }

  @Test
  void each_system_has_its_own() {
    Prototype shmOpen =
        Prototype.of("shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_SHORT));
    assertThat(one.differences(List.of(shmOpen, OPEN))).isEmpty();
    assertThat(table("two").differences(List.of(shmOpen, OPEN)))
        .containsExactly("shm_open is 4(8,4,4) on two, not 4(8,4,2)");
    assertThat(table("three").difference(shmOpen)).isPresent();
    assertThat(table("three").functions()).containsExactly("getpagesize", "open");
    assertThat(one.functions()).containsExactly("getpagesize", "open", "shm_open");
  }

  @Test
  void libraries_are_compared_where_the_table_has_them() {
    Prototype both = Prototype.of("Both", FunctionDescriptor.ofVoid(ADDRESS));
    assertThat(withLibraries().difference(both.in(List.of("kernel32", "ntdll")))).isEmpty();
    assertThat(withLibraries().difference(both.in(List.of("ntdll"))))
        .contains("Both is 0(8) in kernel32 or ntdll on one, not 0(8) in ntdll");
    assertThat(one.difference(OPEN.in(List.of("libc")))).isEmpty();
  }

  @Test
  void nothing_is_variadic_where_the_table_does_not_say_so() {
    Prototype alloc =
        Prototype.of(
                "VirtualAlloc",
                FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT))
            .in(List.of("kernel32"));
    assertThat(withLibraries().difference(alloc)).isEmpty();
    assertThat(withLibraries().difference(alloc.variadicFrom(3))).isPresent();
  }

  @Test
  void a_table_that_cannot_be_read_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SystemTable.read("one", SystemTableTest.class, "numbers.tsv", "missing.tsv"))
        .withMessageContaining("missing.tsv");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SystemTable.read("one", SystemTableTest.class, "numbers.tsv", "short.tsv"))
        .withMessage("short.tsv has 3 columns, not 2: open\t4");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SystemTable.read("one", SystemTableTest.class, "functions.tsv", "functions.tsv"))
        .withMessage("a table without a column value");
  }
}
