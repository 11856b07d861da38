package io.jitmem.code;

import io.jitmem.elf.FileBytes;
import io.jitmem.virtmem.Architecture;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an assembler or a compiler produced: sections, symbols and relocations. Immutable, so it can
 * be added any number of times, by any number of threads.
 *
 * <p>{@link #of(byte[])} is for code that needs nothing but its own bytes; {@link #builder} for
 * everything else.
 */
public final class MachineCode {
  private static final int SHOWN_BYTES = 16;

  /**
   * What the builder put together; null for the bytes alone, so that the simplest use loads least.
   */
  record Contents(
      String name,
      Architecture architecture,
      List<Section> sections,
      List<Symbol> symbols,
      List<Relocation> relocations,
      @Nullable Symbol entry,
      boolean lacksLandingPads) {}

  private final byte[] plain;
  private final @Nullable Contents contents;

  private MachineCode(byte[] plain, @Nullable Contents contents) {
    this.plain = plain;
    this.contents = contents;
  }

  /** What a builder put together. */
  MachineCode(Contents contents) {
    this(new byte[0], contents);
  }

  /**
   * Code without relocations, to be entered at its first byte.
   *
   * @param bytes the code, which is copied
   * @return the code
   * @throws IllegalArgumentException if there are no bytes
   */
  public static MachineCode of(byte[] bytes) {
    return new MachineCode(requireSome(bytes.clone()), null);
  }

  /**
   * Code without relocations, to be entered at its first byte.
   *
   * @param bytes the code, which is copied
   * @return the code
   * @throws IllegalArgumentException if there are no bytes
   */
  public static MachineCode of(MemorySegment bytes) {
    return new MachineCode(requireSome(bytes.toArray(ValueLayout.JAVA_BYTE)), null);
  }

  private static byte[] requireSome(byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("machine code has at least one byte");
    }
    return bytes;
  }

  /**
   * Reads an object file: a relocatable ELF file of 64 bits for x86-64, AArch64 or RISC-V, as
   * {@code gcc -c} and {@code clang -c} write it. Sections of instructions, constants, variables,
   * zeros, initialisers and call frames are taken, with their groups; notes and debugging
   * information are dropped.
   *
   * @param file the file; it is not needed afterwards
   * @return the code, named like the file
   * @throws IOException if the file cannot be read
   * @throws ObjectFileException if it is damaged, or of another format or CPU, or needs what jitmem
   *     does not do: thread-local variables, ifuncs, functions to run at exit
   */
  public static MachineCode fromElf(Path file) throws IOException {
    return fromElf(fileName(file), Files.readAllBytes(file));
  }

  /**
   * Reads an object file from memory.
   *
   * @param bytes the contents of the file, which are copied
   * @return the code, named {@code object}
   * @throws ObjectFileException as in {@link #fromElf(Path)}
   */
  public static MachineCode fromElf(byte[] bytes) {
    return fromElf("object", bytes);
  }

  /**
   * Reads an object file from memory.
   *
   * @param name what messages call it
   * @param bytes the contents of the file, which are copied
   * @return the code
   * @throws ObjectFileException as in {@link #fromElf(Path)}
   */
  public static MachineCode fromElf(String name, byte[] bytes) {
    return ElfTranslator.translate(name, FileBytes.of(bytes));
  }

  static String fileName(Path file) {
    Path last = file.getFileName();
    return String.valueOf(last == null ? file : last);
  }

  /**
   * Code of several sections, or with symbols and relocations.
   *
   * @param architecture the CPU that it is for
   * @return a builder with nothing in it
   */
  public static MachineCodeBuilder builder(Architecture architecture) {
    return new MachineCodeBuilder(architecture);
  }

  /**
   * The bytes, if this is nothing else: code as of {@link #of(byte[])}, which is placed without
   * linking.
   *
   * @return a read-only segment on the heap; empty for what a builder made
   */
  public Optional<MemorySegment> plainBytes() {
    return contents == null
        ? Optional.of(MemorySegment.ofArray(plain).asReadOnly())
        : Optional.empty();
  }

  /**
   * What messages call it.
   *
   * @return the builder's name, or {@code code}
   */
  public String name() {
    return contents == null ? MachineCodeBuilder.DEFAULT_NAME : contents.name();
  }

  /**
   * The CPU that it is for.
   *
   * @return the builder's architecture; empty for code as of {@link #of(byte[])}, which is whatever
   *     its maker meant
   */
  public Optional<Architecture> architecture() {
    return contents == null ? Optional.empty() : Optional.of(contents.architecture());
  }

  /**
   * The sections.
   *
   * @return an immutable list in the order in which they were added
   */
  public List<Section> sections() {
    return contents == null
        ? List.of(Section.wrap(Section.Kind.CODE, plain).bound(0))
        : contents.sections();
  }

  /**
   * The symbols.
   *
   * @return an immutable list in the order in which they were added
   */
  public List<Symbol> symbols() {
    return contents == null ? List.of() : contents.symbols();
  }

  /**
   * The relocations.
   *
   * @return an immutable list, by section and then by offset; of those at the same place in the
   *     order in which they were added
   */
  public List<Relocation> relocations() {
    return contents == null ? List.of() : contents.relocations();
  }

  /**
   * The symbol at which it is entered.
   *
   * @return the builder's choice; empty for the start of the first section of code that is not
   *     empty
   */
  public Optional<Symbol> entry() {
    return contents == null ? Optional.empty() : Optional.ofNullable(contents.entry());
  }

  /**
   * Whether its maker says that functions do not begin with landing pads, so that it cannot run
   * where {@linkplain io.jitmem.allocator.JitAllocatorBuilder#guardedBranches branches are
   * guarded}. Object files for AArch64 say that they have them by the GNU property BTI, which
   * compilers write with {@code -mbranch-protection=standard} or {@code bti}; of other code nobody
   * knows.
   *
   * @return true for an object file for AArch64 with instructions and without that property, and
   *     for what a builder was {@linkplain MachineCodeBuilder#withoutLandingPads told} of
   */
  public boolean lacksLandingPads() {
    return contents != null && contents.lacksLandingPads();
  }

  /**
   * The size in memory of all sections together, without what aligning them takes.
   *
   * @return the number of bytes
   */
  public long byteSize() {
    if (contents == null) {
      return plain.length;
    }
    long sum = 0;
    for (Section section : contents.sections()) {
      sum += section.byteSize();
    }
    return sum;
  }

  /**
   * Everything about it, for a person: each section in hexadecimal, with the symbols and
   * relocations where they are.
   *
   * @return several lines, each ended by a line feed
   */
  public String dump() {
    return new CodeDump(this).text();
  }

  /** The name and the sizes; of plain code the first bytes. */
  @Override
  public String toString() {
    return contents == null ? plainToString() : contentsToString(contents);
  }

  private String plainToString() {
    int shown = Math.min(plain.length, SHOWN_BYTES);
    String start = HexFormat.ofDelimiter(" ").formatHex(plain, 0, shown);
    String more = shown < plain.length ? " ...]" : "]";
    return "MachineCode[" + plain.length + " bytes: " + start + more;
  }

  private static String contentsToString(Contents contents) {
    StringBuilder text = new StringBuilder("MachineCode[");
    text.append(contents.name()).append(", ").append(contents.architecture());
    for (Section section : contents.sections()) {
      if (section.byteSize() > 0) {
        text.append(", ").append(section.name()).append(' ').append(section.byteSize());
      }
    }
    text.append(" bytes, ").append(contents.symbols().size()).append(" symbols, ");
    return text.append(contents.relocations().size()).append(" relocations]").toString();
  }
}
