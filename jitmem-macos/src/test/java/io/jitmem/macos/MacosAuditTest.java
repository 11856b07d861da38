package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.audit.Declared;
import io.jitmem.audit.Prototype;
import io.jitmem.audit.SystemTable;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every number and every prototype that this module calls macOS with is, by its name, what the
 * tables say. What the tables do not know fails. All of them are the same on both CPUs.
 */
class MacosAuditTest {
  /** The shared calls have it, macOS does not, and nothing here leads to it. */
  private static final String NOT_ON_MACOS = "posix_fallocate";

  private static final Lookup LOOKUP = MethodHandles.lookup();

  private final SystemTable table =
      SystemTable.read("macOS", MacosAuditTest.class, "constants.tsv", "functions.tsv");

  private static List<NativeFunction> ours() {
    return Stream.of(MachCalls.FUNCTIONS, MacosCalls.FUNCTIONS, ThreadCalls.FUNCTIONS)
        .flatMap(List::stream)
        .toList();
  }

  private static Prototype prototype(NativeFunction function) {
    return Prototype.of(function.symbol(), function.descriptor())
        .variadicFrom(function.firstVariadic());
  }

  @Test
  void every_constant_is_what_the_table_says() {
    Map<String, Long> ours =
        Declared.numbers(LOOKUP, Macos.class, Mach.class, ErrnoTable.class, Posix.class);
    ours.remove("OWNER_ONLY"); // it is two of them
    ours.put("S_IRUSR", (long) Posix.OWNER_ONLY & 0400);
    ours.put("S_IWUSR", (long) Posix.OWNER_ONLY & 0200);
    assertThat(ours).hasSizeGreaterThan(60);
    assertThat(table.differences(ours)).isEmpty();
  }

  @Test
  void every_number_that_the_shared_calls_are_given_is_what_the_table_says() {
    Map<String, Long> ours = Declared.components(LOOKUP, Macos.abi());
    assertThat(ours).hasSizeGreaterThanOrEqualTo(6);
    assertThat(table.differences(ours)).isEmpty();
    assertThat(Macos.abi().bound().shift()).isZero();
  }

  @Test
  void every_error_has_the_name_that_the_system_gives_it() {
    int invalid = Mach.MACH_SEND_INVALID_DEST;
    Map<String, Long> ours = Declared.named(Macos.errors()::name, 0, 256);
    ours.putAll(Declared.named(Mach::name, 0, 256));
    ours.putAll(Declared.named(Mach::name, invalid, invalid + 1));
    assertThat(ours).hasSizeGreaterThan(35);
    assertThat(table.differences(ours)).isEmpty();
  }

  @Test
  void every_prototype_is_what_the_table_says() {
    Stream<NativeFunction> shared =
        PosixCalls.FUNCTIONS.stream().filter(function -> !function.symbol().equals(NOT_ON_MACOS));
    assertThat(
            table.differences(
                Stream.concat(shared, ours().stream()).map(MacosAuditTest::prototype).toList()))
        .isEmpty();
  }

  @Test
  void every_function_of_this_module_is_listed() {
    Map<String, NativeFunction> declared =
        Declared.values(
            LOOKUP, NativeFunction.class, MachCalls.class, MacosCalls.class, ThreadCalls.class);
    assertThat(declared).isNotEmpty();
    declared.forEach((name, function) -> assertThat(ours()).as(name).contains(function));
  }

  /** On Apple's processors such arguments are on the stack, so that a mistake passes garbage. */
  @Test
  void what_is_variadic_in_c_is_called_so_and_nothing_else() {
    assertThat(Stream.concat(PosixCalls.FUNCTIONS.stream(), ours().stream()))
        .filteredOn(function -> function.firstVariadic() >= 0)
        .extracting(function -> function.symbol() + " from " + function.firstVariadic())
        .containsExactlyInAnyOrder("open from 2", "shm_open from 2");
    assertThat(MacosCalls.SHM_OPEN.options()).hasSize(2);
  }

  /** Mach's calls answer their error, and so do others; errno means nothing after them. */
  @Test
  void errno_is_captured_where_it_is_set() {
    assertThat(ours())
        .filteredOn(NativeFunction::capturesErrno)
        .extracting(NativeFunction::symbol)
        .containsExactlyInAnyOrder("shm_open", "sysctlbyname", "csops");
  }

  /** Who turned the switch by such a call could not return to Java's code. */
  @Test
  void no_function_that_turns_the_write_switch_can_be_called() {
    assertThat(ours())
        .extracting(NativeFunction::symbol)
        .filteredOn(symbol -> symbol.startsWith("pthread_jit"))
        .containsExactly("pthread_jit_write_protect_supported_np");
  }

  /** The mistakes that no shim could notice, since x86-64 hides them. */
  @Test
  void a_mistake_is_noticed() {
    assertThat(table.difference("MAP_ANON", 0x20)).contains("MAP_ANON is 4096 on macos, not 32");
    assertThat(table.difference("EAGAIN", 11)).isPresent();
    assertThat(table.difference("KERN_NO_SPACE", 12)).isPresent();
    assertThat(table.difference("MAP_STACK", 0x20000))
        .contains("MAP_STACK is not in the table of macos");
    Prototype shmOpen = prototype(MacosCalls.SHM_OPEN);
    assertThat(table.difference(shmOpen.variadicFrom(Prototype.NOT_VARIADIC))).isPresent();
    Prototype swapped =
        Prototype.of(
            "mach_vm_protect",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    assertThat(table.difference(swapped)).isPresent();
    Prototype unknown =
        Prototype.of(
            "pthread_jit_write_with_callback_np",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    assertThat(table.difference(unknown)).isPresent();
  }
}
