package io.jitmem.bsd;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every number and every prototype that this module calls a BSD with is, by its name, what the
 * tables of that system say. What the tables do not know fails.
 */
class BsdAuditTest {
  static Stream<BsdSystem> systems() {
    return Stream.of(new FreeBsd(), new NetBsd(), new OpenBsd(), new DragonFly(), new Illumos());
  }

  /** The document shows the very class that is compiled and compared here. */
  @Test
  void porting_md_shows_a_system_that_the_tables_agree_with() throws Exception {
    Path module = Path.of(System.getProperty("basedir", "jitmem-bsd"));
    String source = Files.readString(module.resolve("src/test/java/io/jitmem/bsd/Illumos.java"));
    String shown = source.substring(source.indexOf("/** illumos")).strip();
    assertThat(Files.readString(module.resolveSibling("PORTING.md"))).contains(shown);
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_constant_is_what_the_table_of_the_system_says(BsdSystem system) throws Exception {
    Audit audit = new Audit(system.name());
    Map<String, Long> ours = constants(system.getClass());
    if (!(system instanceof Illumos)) {
      ours.putAll(constants(Bsd.class));
    }
    ours.putAll(constants(ErrnoTable.class));
    ours.putAll(constants(Posix.class));
    ours.remove("OWNER_ONLY"); // it is two of them
    ours.put("S_IRUSR", (long) Posix.OWNER_ONLY & 0400);
    ours.put("S_IWUSR", (long) Posix.OWNER_ONLY & 0200);
    assertThat(ours).hasSizeGreaterThan(22);
    assertThat(problems(ours, audit)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_number_that_the_shared_calls_are_given_is_what_the_table_says(BsdSystem system)
      throws Exception {
    Audit audit = new Audit(system.name());
    Map<String, Long> ours = numbers(system.abi());
    if (system instanceof FreeBsd) {
      assertThat(ours.remove("MAP_NORESERVE")).as("FreeBSD has none").isZero();
    }
    assertThat(ours).hasSizeGreaterThanOrEqualTo(5);
    assertThat(problems(ours, audit)).isEmpty();
    int shift = system.abi().bound().shift();
    if (system instanceof FreeBsd) {
      assertThat(audit.number("_PROT_MAX_SHIFT", shift)).isEmpty();
    } else if (system instanceof NetBsd) {
      assertThat(audit.number("PROT_MPROTECT_SHIFT", shift)).isEmpty();
    } else {
      assertThat(shift).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_error_code_has_the_name_that_the_system_gives_it(BsdSystem system) {
    Audit audit = new Audit(system.name());
    Map<String, Long> ours = new LinkedHashMap<>();
    for (int code = 0; code < 256; code++) {
      String name = system.errors().name(code);
      if (!name.isEmpty()) {
        ours.put(name, (long) code);
      }
    }
    assertThat(ours).hasSizeGreaterThan(22);
    assertThat(problems(ours, audit)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_prototype_is_what_the_table_of_the_system_says(BsdSystem system) {
    Audit audit = new Audit(system.name());
    assertThat(
            Stream.concat(PosixCalls.FUNCTIONS.stream(), system.functions().stream())
                .map(audit::function)
                .flatMap(Optional::stream))
        .isEmpty();
  }

  /** What is variadic in C is called so. */
  @Test
  void open_is_variadic_from_its_mode_on() {
    assertThat(PosixCalls.FUNCTIONS)
        .filteredOn(function -> function.symbol().equals("open"))
        .extracting(NativeFunction::firstVariadic)
        .containsExactly(2);
  }

  @Test
  void every_function_of_this_module_is_listed_by_a_system() throws Exception {
    List<NativeFunction> listed = systems().flatMap(each -> each.functions().stream()).toList();
    for (Field field : BsdCalls.class.getDeclaredFields()) {
      if (field.getType() == NativeFunction.class && Modifier.isStatic(field.getModifiers())) {
        assertThat(listed).as(field.getName()).contains((NativeFunction) field.get(null));
      }
    }
  }

  /** A call that the kernel does not know, or that is not made by libc, may end the process. */
  @ParameterizedTest
  @MethodSource("systems")
  void no_system_call_is_made_by_its_number(BsdSystem system) {
    assertThat(system.functions())
        .extracting(NativeFunction::symbol)
        .doesNotContain("syscall", "__syscall", "sysarch");
  }

  /** The mistakes that no shim could notice, since x86-64 hides them. */
  @Test
  void a_mistake_is_noticed() {
    Audit freeBsd = new Audit("FreeBSD");
    assertThat(freeBsd.number("MAP_ANON", 0x20)).contains("MAP_ANON is 4096 on freebsd, not 32");
    assertThat(freeBsd.number("MAP_STACKED", 1)).isPresent();
    assertThat(freeBsd.number("EAGAIN", 11)).isPresent();
    assertThat(freeBsd.function(BsdCalls.SHM_OPEN)).isPresent();
    assertThat(new Audit("OpenBSD").function(BsdCalls.SHM_OPEN_OF_SHORT_MODE)).isPresent();
    assertThat(new Audit("OpenBSD").function(BsdCalls.MEMFD_CREATE)).isPresent();
    NativeFunction fixed =
        NativeFunction.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    assertThat(freeBsd.function(fixed)).isPresent();
    assertThat(freeBsd.function(fixed.variadicFrom(2))).isEmpty();
    NativeFunction linuxOrder =
        NativeFunction.of(
                "mremap",
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG))
            .variadicFrom(4);
    assertThat(new Audit("NetBSD").function(linuxOrder)).isPresent();
    assertThat(new Audit("NetBSD").function(BsdCalls.MREMAP)).isEmpty();
  }

  private static List<String> problems(Map<String, Long> ours, Audit audit) {
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

  private static Map<String, Long> numbers(PosixAbi abi) throws ReflectiveOperationException {
    Map<String, Long> found = new LinkedHashMap<>();
    for (RecordComponent component : PosixAbi.class.getRecordComponents()) {
      if (component.getType() == int.class) {
        found.put(component.getName(), (long) (int) component.getAccessor().invoke(abi));
      }
    }
    return found;
  }
}
