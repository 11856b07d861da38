package io.jitmem.tool.objects;

/** What {@code help objects} says. */
final class ObjectsHelp {
  static final String TEXT =
      """
      usage: jitmem objects [--format text|json] FILE

      Lists what an object file, or each object of a static library, holds: the
      sections that are loaded, the symbols it defines and needs, the kinds of its
      relocations; and tells whether it can be loaded here, with the reason if not.
      Nothing is loaded. With - the file is standard input.

      Read are relocatable ELF objects of 64 bits for x86-64, AArch64 and RISC-V, as
      gcc and clang write them, and archives of ar.

      With --format json the report is one object. Its keys, of which none is ever
      left out:

        file              as it was named
        library           whether it is a static library
        loadable          whether everything in it can be loaded
        objects           [{name, cpu, loadable, obstacle, sections: [{name, kind,
                          byteSize, alignment}, ...], defined: [{name, type,
                          binding, section, byteSize}, ...], undefined: likewise,
                          relocations: [{kind, count}, ...]}, ...]; cpu is null of
                          what cannot be read, obstacle of what can be loaded

      examples:
        jitmem objects fib.o
        jitmem objects --format json /usr/lib/x86_64-linux-gnu/libz.a

      exit status: 0 if everything can be loaded; 1 if not; 2 if the command line
      is wrong
      """;

  private ObjectsHelp() {}
}
