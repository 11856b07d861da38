package io.jitmem.testrun;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.constant.ClassDesc;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * A bug for a class: what is done to the bytecode of its methods of one name. The place is found by
 * what is done there; where it is not found, or not as often as it should be, that is an error.
 *
 * @param name what is wrong with the class then
 * @param hunter the test that is to find it
 * @param className the class, below {@code io.jitmem.allocator}
 * @param method the name of the methods
 * @param place where in them
 * @param change what is done there instead
 */
record PlantedBug(
    String name, Hunter hunter, String className, String method, Place place, Change change) {
  /** Writes other code for an instruction. */
  @FunctionalInterface
  interface Change extends BiConsumer<CodeBuilder, CodeElement> {}

  /**
   * Instructions.
   *
   * @param is which
   * @param count how many of them there are
   */
  record Place(Predicate<CodeElement> is, int count) {}

  /** What finds bugs. */
  enum Hunter {
    ONE_THREAD,
    SEVERAL_THREADS,
    FAILURE_SWEEP
  }

  /** The name of the class with its package. */
  String fullClassName() {
    return "io.jitmem.allocator." + className;
  }

  /** The class with the bug in it. */
  byte[] plantIn(byte[] bytes) {
    ClassFile classFile = ClassFile.of();
    ClassModel model = classFile.parse(bytes);
    AtomicInteger found = new AtomicInteger();
    byte[] planted =
        classFile.transformClass(
            model, ClassTransform.transformingMethodBodies(this::isMethod, transform(found)));
    if (found.get() != place.count()) {
      throw new IllegalStateException(
          "no bug '%s': in %s.%s are %d such places, not %d"
              .formatted(name, className, method, found.get(), place.count()));
    }
    return planted;
  }

  private CodeTransform transform(AtomicInteger found) {
    return (code, element) -> {
      if (place.is().test(element)) {
        found.incrementAndGet();
        change.accept(code, element);
      } else {
        code.with(element);
      }
    };
  }

  private boolean isMethod(MethodModel each) {
    return each.methodName().equalsString(method) && each.code().isPresent();
  }

  /** The one call of a method. */
  static Place call(String callee) {
    return call(callee, 1);
  }

  /** Calls of a method. */
  static Place call(String callee, int count) {
    return new Place(
        element -> element instanceof InvokeInstruction call && call.name().equalsString(callee),
        count);
  }

  /** The one store to a field. */
  static Place store(String field) {
    return new Place(
        element ->
            element instanceof FieldInstruction store
                && store.name().equalsString(field)
                && store.opcode() == Opcode.PUTFIELD,
        1);
  }

  /** Operations of a kind. */
  static Place operator(Opcode opcode, int count) {
    return new Place(
        element -> element instanceof OperatorInstruction operator && operator.opcode() == opcode,
        count);
  }

  /** The call is left out, as if it had returned 0, false or null. */
  static void leaveOut(CodeBuilder code, CodeElement element) {
    answer(code, element, 0);
  }

  /** The call is left out, as if it had returned true. */
  static void answerTrue(CodeBuilder code, CodeElement element) {
    answer(code, element, 1);
  }

  private static void answer(CodeBuilder code, CodeElement element, int answer) {
    InvokeInstruction call = (InvokeInstruction) element;
    dropArguments(code, call);
    switch (TypeKind.from(call.typeSymbol().returnType())) {
      case VOID -> {}
      case LONG -> code.loadConstant((long) answer);
      case REFERENCE -> code.aconst_null();
      default -> code.loadConstant(answer);
    }
  }

  /** The call is left out if a local variable, by its slot, is true. */
  static Change leaveOutIf(int slot) {
    return (code, element) ->
        code.iload(slot)
            .ifThenElse(
                left -> dropArguments(left, (InvokeInstruction) element),
                made -> made.with(element));
  }

  /** The result is one more. */
  static void oneMore(CodeBuilder code, CodeElement element) {
    code.with(element).iconst_1().iadd();
  }

  /** The result is the first of two operands. */
  static void firstOperand(CodeBuilder code, CodeElement element) {
    code.pop();
  }

  /** Nothing is stored. */
  static void storeNothing(CodeBuilder code, CodeElement element) {
    code.pop2();
  }

  /** What is stored, a long, is 0. */
  static void storeZero(CodeBuilder code, CodeElement element) {
    code.pop2().lconst_0().with(element);
  }

  private static void dropArguments(CodeBuilder code, InvokeInstruction call) {
    for (ClassDesc parameter : call.typeSymbol().parameterList().reversed()) {
      if (TypeKind.from(parameter).slotSize() == 2) {
        code.pop2();
      } else {
        code.pop();
      }
    }
    if (call.opcode() != Opcode.INVOKESTATIC) {
      code.pop();
    }
  }
}
