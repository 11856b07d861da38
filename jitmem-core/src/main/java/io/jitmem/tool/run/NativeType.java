package io.jitmem.tool.run;

import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.command.WholeNumbers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;

/** A type of a native function's parameter or result. */
enum NativeType {
  VOID("void"),
  BYTE("byte"),
  SHORT("short"),
  CHAR("char"),
  INT("int"),
  LONG("long"),
  FLOAT("float"),
  DOUBLE("double"),
  PTR("ptr");

  private final String text;

  NativeType(String text) {
    this.text = text;
  }

  /**
   * The type of a name.
   *
   * @throws UsageException if there is none
   */
  static NativeType named(String name) {
    List<String> names = new ArrayList<>();
    for (NativeType type : values()) {
      if (type.text.equals(name)) {
        return type;
      }
      names.add(type.text);
    }
    throw new UsageException(
        "unknown type "
            + Quoted.of(name)
            + (name.endsWith("*") ? " (a pointer is ptr)" : NearestName.question(name, names))
            + "; there are "
            + String.join(", ", names));
  }

  /** How the linker passes it. */
  ValueLayout layout() {
    return switch (this) {
      case VOID -> throw new IllegalStateException("void has no layout");
      case BYTE -> ValueLayout.JAVA_BYTE;
      case SHORT -> ValueLayout.JAVA_SHORT;
      case CHAR -> ValueLayout.JAVA_CHAR;
      case INT -> ValueLayout.JAVA_INT;
      case LONG -> ValueLayout.JAVA_LONG;
      case FLOAT -> ValueLayout.JAVA_FLOAT;
      case DOUBLE -> ValueLayout.JAVA_DOUBLE;
      case PTR -> ValueLayout.ADDRESS;
    };
  }

  /**
   * Reads an argument.
   *
   * @param memory where a string is put that the argument points to
   * @return a value as a handle takes it
   * @throws UsageException if the text is no value of this type
   */
  Object parse(String value, SegmentAllocator memory) {
    return switch (this) {
      case VOID -> throw new IllegalStateException("void has no values");
      case BYTE -> (byte) WholeNumbers.signed(Byte.SIZE).parse(value);
      case SHORT -> (short) WholeNumbers.signed(Short.SIZE).parse(value);
      case CHAR -> Characters.parse(value);
      case INT -> (int) WholeNumbers.signed(Integer.SIZE).parse(value);
      case LONG -> WholeNumbers.signed(Long.SIZE).parse(value);
      case FLOAT -> FloatingPoint.parseFloat(value);
      case DOUBLE -> FloatingPoint.parseDouble(value);
      case PTR -> Pointers.parse(value, memory);
    };
  }

  /** A result as text that the charset can encode. */
  String format(Object value, Charset charset) {
    return switch (this) {
      case CHAR -> Characters.format((char) value, charset);
      case PTR -> Pointers.format((MemorySegment) value);
      default -> value.toString();
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
