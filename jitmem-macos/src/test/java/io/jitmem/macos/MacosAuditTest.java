package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixAbi;
import io.jitmem.posix.PosixCalls;
import java.lang.foreign.FunctionDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every number and every prototype that this module calls macOS with is, by its name, what the
 * tables say. What the tables do not know fails. All of them are the same on both CPUs.
 */
class MacosAuditTest {
  /** The shared calls have it, macOS does not, and nothing here leads to it. */
  private static final String NOT_ON_MACOS = "posix_fallocate";

  private final Audit audit = new Audit();

  private static List<NativeFunction> ours() {
    return Stream.of(MachCalls.FUNCTIONS, MacosCalls.FUNCTIONS, ThreadCalls.FUNCTIONS)
        .flatMap(List::stream)
        .toList();
  }

  @Test
  void every_constant_is_what_the_table_says() throws Exception {
    Map<String, Long> ours = constants(Macos.class);
    ours.putAll(constants(Mach.class));
    ours.putAll(constants(ErrnoTable.class));
    ours.putAll(constants(Posix.class));
    ours.remove("OWNER_ONLY"); // it is two of them
    ours.put("S_IRUSR", (long) Posix.OWNER_ONLY & 0400);
    ours.put("S_IWUSR", (long) Posix.OWNER_ONLY & 0200);
    assertThat(ours).hasSizeGreaterThan(60);
    assertThat(problems(ours)).isEmpty();
  }

  @Test
  void every_number_that_the_shared_calls_are_given_is_what_the_table_says() throws Exception {
    Map<String, Long> ours = new LinkedHashMap<>();
    for (RecordComponent component : PosixAbi.class.getRecordComponents()) {
      if (component.getType() == int.class) {
        ours.put(component.getName(), (long) (int) component.getAccessor().invoke(Macos.abi()));
      }
    }
    assertThat(ours).hasSizeGreaterThanOrEqualTo(6);
    assertThat(problems(ours)).isEmpty();
    assertThat(Macos.abi().bound().shift()).isZero();
  }

  @Test
  void every_error_has_the_name_that_the_system_gives_it() {
    Map<String, Long> ours = new LinkedHashMap<>();
    for (int code = 0; code < 256; code++) {
      put(ours, Macos.errors().name(code), code);
      put(ours, Mach.name(code), code);
    }
    put(ours, Mach.name(Mach.MACH_SEND_INVALID_DEST), Mach.MACH_SEND_INVALID_DEST);
    assertThat(ours).hasSizeGreaterThan(35);
    assertThat(problems(ours)).isEmpty();
  }

  private static void put(Map<String, Long> all, String name, int code) {
    if (!name.isEmpty()) {
      all.put(name, (long) code);
    }
  }

  @Test
  void every_prototype_is_what_the_table_says() {
    Stream<NativeFunction> shared =
        PosixCalls.FUNCTIONS.stream().filter(function -> !function.symbol().equals(NOT_ON_MACOS));
    assertThat(
            Stream.concat(shared, ours().stream()).map(audit::function).flatMap(Optional::stream))
        .isEmpty();
  }

  @Test
  void every_function_of_this_module_is_listed() throws Exception {
    for (Class<?> holder : List.of(MachCalls.class, MacosCalls.class, ThreadCalls.class)) {
      for (Field field : holder.getDeclaredFields()) {
        if (field.getType() == NativeFunction.class && Modifier.isStatic(field.getModifiers())) {
          assertThat(ours()).as(field.getName()).contains((NativeFunction) field.get(null));
        }
      }
    }
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
    assertThat(audit.number("MAP_ANON", 0x20)).contains("MAP_ANON is 4096, not 32");
    assertThat(audit.number("EAGAIN", 11)).isPresent();
    assertThat(audit.number("KERN_NO_SPACE", 12)).isPresent();
    assertThat(audit.number("MAP_STACK", 0x20000)).contains("MAP_STACK is not in the table");
    NativeFunction shmOpen = MacosCalls.SHM_OPEN;
    assertThat(audit.function(NativeFunction.of(shmOpen.symbol(), shmOpen.descriptor())))
        .isPresent();
    NativeFunction swapped =
        NativeFunction.of(
            "mach_vm_protect",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    assertThat(audit.function(swapped)).isPresent();
    NativeFunction unknown =
        NativeFunction.of(
            "pthread_jit_write_with_callback_np",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
    assertThat(audit.function(unknown)).isPresent();
  }

  private List<String> problems(Map<String, Long> ours) {
    List<String> problems = new ArrayList<>();
    ours.forEach((name, value) -> audit.number(name, value).ifPresent(problems::add));
    return problems;
  }

  /**
   * The constants of a class that another may use: what is private is no number of the system's.
   */
  private static Map<String, Long> constants(Class<?> holder) throws IllegalAccessException {
    Map<String, Long> found = new LinkedHashMap<>();
    for (Field field : holder.getDeclaredFields()) {
      int modifiers = field.getModifiers();
      boolean isNumber = field.getType() == int.class || field.getType() == long.class;
      if (Modifier.isStatic(modifiers) && !Modifier.isPrivate(modifiers) && isNumber) {
        found.put(field.getName(), ((Number) field.get(null)).longValue());
      }
    }
    return found;
  }
}
