package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.audit.Prototype;
import io.jitmem.audit.SystemTable;
import io.jitmem.nativecall.NativeFunction;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares every constant, offset and prototype of this module, by its name, with tables of what
 * Windows' headers say. What a table does not know fails, too.
 */
class AuditTest {
  private final SystemTable known = Tables.known();

  @Test
  void every_constant_and_offset_is_what_the_table_says() {
    assertThat(known.differences(Tables.ourConstants())).isEmpty();
    assertThat(Tables.ourConstants()).hasSizeGreaterThan(60);
    assertThat(Arrays.stream(WindowsAbi.class.getDeclaredFields()))
        .as("what is private would not be compared")
        .noneMatch(field -> Modifier.isPrivate(field.getModifiers()));
  }

  @Test
  void every_function_has_the_prototype_and_library_of_the_table() {
    assertThat(known.differences(Tables.ourFunctions())).isEmpty();
    assertThat(Tables.ourFunctions()).extracting(Prototype::symbol).containsAll(known.functions());
  }

  @Test
  void no_function_is_variadic() {
    assertThat(WindowsFunctions.ALL).allMatch(function -> function.firstVariadic() < 0);
  }

  /**
   * GetLastError means nothing after these, of which one answers an NTSTATUS, and what has an error
   * has it captured.
   */
  @Test
  void every_function_that_may_fail_has_its_error_captured() {
    assertThat(WindowsFunctions.ALL)
        .filteredOn(function -> !function.capturesErrno())
        .extracting(NativeFunction::symbol)
        .containsExactlyInAnyOrder(
            "GetCurrentProcess",
            "GetSystemInfo",
            "GetLargePageMinimum",
            "FlushProcessWriteBuffers",
            "RtlAddGrowableFunctionTable",
            "RtlDeleteGrowableFunctionTable");
  }

  @ParameterizedTest
  @CsvSource({
    "PAGE_EXECUTE_READ, 0x10",
    "FILE_MAP_EXECUTE, 0x8",
    "SEC_RESERVE, 0x2000",
    "MEM_RELEASE, 0x4000",
    "MEM_PRESERVE_PLACEHOLDER, 0x1",
    "TOKEN_PRIVILEGES__off__Privileges, 0x8",
    "MEMORY_BASIC_INFORMATION__off__State, 0x24",
    "SYSTEM_INFO__off__dwAllocationGranularity, 0x24",
    "RUNTIME_FUNCTION__off__UnwindData, 0x4",
    "ERROR_NOT_ALL_ASSIGNED, 0x522",
  })
  void a_wrong_number_is_found(String name, String wrong) {
    Map<String, Long> ours = Tables.ourConstants();
    assertThat(ours).containsKey(name);
    ours.put(name, Long.decode(wrong));
    assertThat(known.differences(ours)).hasSize(1).first().asString().contains(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAGE_NO_SUCH_THING", "SYSTEM_INFO__off__nothing"})
  void a_number_that_the_table_does_not_know_is_found(String name) {
    Map<String, Long> ours = Tables.ourConstants();
    ours.put(name, 1L);
    assertThat(known.differences(ours)).containsExactly(name + " is not in the table of windows");
  }
}
