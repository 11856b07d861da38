package io.jitmem.bsd;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every number and every prototype that this module calls a BSD with is, by its name, what the
 * tables of that system say. What the tables do not know fails.
 */
class BsdAuditTest {
  private static final Lookup LOOKUP = MethodHandles.lookup();

  static Stream<BsdSystem> systems() {
    return Stream.of(new FreeBsd(), new NetBsd(), new OpenBsd(), new DragonFly(), new Illumos());
  }

  private static SystemTable table(String system) {
    return SystemTable.read(system, BsdAuditTest.class, "constants.tsv", "functions.tsv");
  }

  private static Prototype prototype(NativeFunction function) {
    return Prototype.of(function.symbol(), function.descriptor())
        .variadicFrom(function.firstVariadic());
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
  void every_constant_is_what_the_table_of_the_system_says(BsdSystem system) {
    Map<String, Long> ours =
        Declared.numbers(LOOKUP, system.getClass(), ErrnoTable.class, Posix.class);
    if (!(system instanceof Illumos)) {
      ours.putAll(Declared.numbers(LOOKUP, Bsd.class));
    }
    ours.remove("OWNER_ONLY"); // it is two of them
    ours.put("S_IRUSR", (long) Posix.OWNER_ONLY & 0400);
    ours.put("S_IWUSR", (long) Posix.OWNER_ONLY & 0200);
    assertThat(ours).hasSizeGreaterThan(22);
    assertThat(table(system.name()).differences(ours)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_number_that_the_shared_calls_are_given_is_what_the_table_says(BsdSystem system) {
    SystemTable table = table(system.name());
    Map<String, Long> ours = Declared.components(LOOKUP, system.abi());
    if (system instanceof FreeBsd) {
      assertThat(ours.remove("MAP_NORESERVE")).as("FreeBSD has none").isZero();
    }
    assertThat(ours).hasSizeGreaterThanOrEqualTo(5);
    assertThat(table.differences(ours)).isEmpty();
    int shift = system.abi().bound().shift();
    if (system instanceof FreeBsd) {
      assertThat(table.difference("_PROT_MAX_SHIFT", shift)).isEmpty();
    } else if (system instanceof NetBsd) {
      assertThat(table.difference("PROT_MPROTECT_SHIFT", shift)).isEmpty();
    } else {
      assertThat(shift).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_error_code_has_the_name_that_the_system_gives_it(BsdSystem system) {
    Map<String, Long> ours = Declared.named(system.errors()::name, 0, 256);
    assertThat(ours).hasSizeGreaterThan(22);
    assertThat(table(system.name()).differences(ours)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("systems")
  void every_prototype_is_what_the_table_of_the_system_says(BsdSystem system) {
    assertThat(
            table(system.name())
                .differences(
                    Stream.concat(PosixCalls.FUNCTIONS.stream(), system.functions().stream())
                        .map(BsdAuditTest::prototype)
                        .toList()))
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
  void every_function_of_this_module_is_listed_by_a_system() {
    List<NativeFunction> listed = systems().flatMap(each -> each.functions().stream()).toList();
    Map<String, NativeFunction> ours =
        Declared.values(LOOKUP, NativeFunction.class, BsdCalls.class);
    assertThat(ours).isNotEmpty();
    ours.forEach((name, function) -> assertThat(listed).as(name).contains(function));
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
    SystemTable freeBsd = table("FreeBSD");
    assertThat(freeBsd.difference("MAP_ANON", 0x20))
        .contains("MAP_ANON is 4096 on freebsd, not 32");
    assertThat(freeBsd.difference("MAP_STACKED", 1)).isPresent();
    assertThat(freeBsd.difference("EAGAIN", 11)).isPresent();
    assertThat(freeBsd.difference(prototype(BsdCalls.SHM_OPEN))).isPresent();
    SystemTable openBsd = table("OpenBSD");
    assertThat(openBsd.difference(prototype(BsdCalls.SHM_OPEN_OF_SHORT_MODE))).isPresent();
    assertThat(openBsd.difference(prototype(BsdCalls.MEMFD_CREATE))).isPresent();
    Prototype fixed =
        Prototype.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    assertThat(freeBsd.difference(fixed)).isPresent();
    assertThat(freeBsd.difference(fixed.variadicFrom(2))).isEmpty();
    Prototype linuxOrder =
        Prototype.of(
                "mremap",
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG))
            .variadicFrom(4);
    assertThat(table("NetBSD").difference(linuxOrder)).isPresent();
    assertThat(table("NetBSD").difference(prototype(BsdCalls.MREMAP))).isEmpty();
  }
}
