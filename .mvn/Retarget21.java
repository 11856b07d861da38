// Rewrites class files that were compiled for Java 25 so that a JVM of version 21 runs them, for tests where no later JVM can be had:
//
//   java .mvn/Retarget21.java CLASSES OUT   for all class files below CLASSES
//
// The version becomes 65, switches over types are bootstrapped as that version does it, and calls of what Java 21 lacks go to static methods of jdk21.Compat instead. Its java.lang.foreign is a preview,
// which class files compiled for that very version would have to ask for; these do not. Whatever else is missing shows as a NoSuchMethodError.

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodTypeDesc;

static final int JAVA_21 = 65;
static final ClassDesc COMPAT = ClassDesc.of("jdk21.Compat");

/** Later versions take the type of what is switched on for the first parameter. */
static final MethodTypeDesc SWITCH_OF_21 = MethodTypeDesc.ofDescriptor("(Ljava/lang/Object;I)I");

/** The methods that came after version 21, with their descriptors where an older one has the name, too. */
static final Set<String> LATER = Set.of(
    "java/io/Console.isTerminal",
    "java/lang/foreign/Arena.allocate(Ljava/lang/foreign/MemoryLayout;J)Ljava/lang/foreign/MemorySegment;",
    "java/lang/foreign/Arena.allocateFrom",
    "java/lang/foreign/MemorySegment.getString",
    "java/lang/foreign/SymbolLookup.findOrThrow");

void main(String[] args) throws IOException {
  Path from = Path.of(args[0]);
  Path to = Path.of(args[1]);
  ClassHierarchyResolver hierarchy = ClassHierarchyResolver.ofResourceParsing(type -> open(from, type)).orElse(ClassHierarchyResolver.defaultResolver());
  try (Stream<Path> files = Files.walk(from)) {
    for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
      Path target = to.resolve(from.relativize(file).toString());
      Files.createDirectories(target.getParent());
      Files.write(target, retarget(Files.readAllBytes(file), hierarchy));
    }
  }
}

byte[] retarget(byte[] bytes, ClassHierarchyResolver hierarchy) {
  ClassFile classFile = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy));
  CodeTransform calls = (code, element) -> {
    if (element instanceof InvokeInstruction call && isLater(call)) {
      MethodTypeDesc type = call.typeSymbol();
      boolean isStatic = call.opcode() == Opcode.INVOKESTATIC;
      code.invokestatic(COMPAT, call.name().stringValue(), isStatic ? type : type.insertParameterTypes(0, call.owner().asSymbol()));
    } else if (element instanceof InvokeDynamicInstruction call && isTypeSwitch(call)) {
      code.invokedynamic(DynamicCallSiteDesc.of(call.bootstrapMethod(), "typeSwitch", SWITCH_OF_21, call.bootstrapArgs().toArray(ConstantDesc[]::new)));
    } else {
      code.with(element);
    }
  };
  ClassTransform version = (builder, element) -> {
    if (element instanceof ClassFileVersion) {
      builder.withVersion(JAVA_21, 0);
    } else {
      builder.with(element);
    }
  };
  return classFile.transformClass(classFile.parse(bytes), ClassTransform.transformingMethodBodies(this::callsLater, calls).andThen(version));
}

/** Bodies that are changed get new stack maps, for which types have to be known; the others stay as they are. */
boolean callsLater(MethodModel method) {
  return method.code().stream().flatMap(code -> code.elementStream()).anyMatch(element ->
      element instanceof InvokeInstruction call && isLater(call) || element instanceof InvokeDynamicInstruction dynamic && isTypeSwitch(dynamic));
}

InputStream open(Path classes, ClassDesc type) {
  String name = type.descriptorString();
  Path file = classes.resolve(name.substring(1, name.length() - 1) + ".class");
  try {
    return Files.exists(file) ? Files.newInputStream(file) : null;
  } catch (IOException unreadable) {
    throw new UncheckedIOException(unreadable);
  }
}

boolean isTypeSwitch(InvokeDynamicInstruction call) {
  return call.name().equalsString("typeSwitch") && !call.typeSymbol().equals(SWITCH_OF_21);
}

boolean isLater(InvokeInstruction call) {
  String name = call.owner().asInternalName() + "." + call.name().stringValue();
  return LATER.contains(name) || LATER.contains(name + call.type().stringValue());
}
