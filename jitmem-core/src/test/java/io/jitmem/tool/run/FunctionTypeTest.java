package io.jitmem.tool.run;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.tool.command.UsageException;
import java.lang.foreign.FunctionDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionTypeTest {
  @ParameterizedTest
  @ValueSource(strings = {"int(ptr,long)", " int ( ptr , long ) ", "int(ptr, long)"})
  void spaces_mean_nothing(String text) {
    assertThat(FunctionType.parse(text)).hasToString("int(ptr,long)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"int()", "int(void)", "int ( void )", "int( )"})
  void void_stands_for_no_parameters(String text) {
    assertThat(FunctionType.parse(text).parameters()).isEmpty();
  }

  @Test
  void a_type_becomes_what_the_linker_takes() {
    assertThat(FunctionType.parse("char(int,ptr,long)").descriptor())
        .isEqualTo(FunctionDescriptor.of(JAVA_CHAR, JAVA_INT, ADDRESS, JAVA_LONG));
    assertThat(FunctionType.parse("void()").descriptor()).isEqualTo(FunctionDescriptor.ofVoid());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|'' is not the type of a function; a type is written as",
        "int|'int' is not the type of a function; a type is written as",
        "int(int|'int(int' is not the type of a function; a type is written as",
        "int(int) x|'int(int) x' is not the type of a function; a type is written as",
        "(int)|unknown type ''; there are void, byte",
        "int(int,)|unknown type ''; there are void, byte",
        "int(,int)|unknown type ''; there are void, byte",
        "int(int int)|unknown type 'int int'; there are void, byte",
        "int((int)|unknown type '(int' (did you mean int?); there are void, byte",
        "int(char*)|unknown type 'char*' (a pointer is ptr); there are void, byte",
        "Long()|unknown type 'Long' (did you mean long?); there are void, byte",
        "int(int,void)|void is a result or stands alone in the brackets, as in int(void); a type",
      })
  void anything_else_is_refused(String text, String message) {
    assertThatThrownBy(() -> FunctionType.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void more_parameters_than_the_linker_takes_are_refused() {
    String hundred = "long" + ",long".repeat(FunctionType.MAX_PARAMETERS - 1);
    assertThat(FunctionType.parse("int(" + hundred + ")").parameters()).hasSize(100);
    assertThatThrownBy(() -> FunctionType.parse("int(" + hundred + ",long)"))
        .isInstanceOf(UsageException.class)
        .hasMessage("a function takes at most 100 arguments, not 101");
  }
}
