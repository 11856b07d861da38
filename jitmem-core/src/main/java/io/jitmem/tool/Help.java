package io.jitmem.tool;

/** What {@code help} says when it is not asked about a command. */
final class Help {
  static final String OVERVIEW =
      """
      jitmem puts machine code into executable memory and calls it.

      usage: jitmem COMMAND [OPTION...] [ARGUMENT...]

        doctor          report what this system allows to a program that makes
                        machine code, with the reason for every no
        run             call machine code that is given in hex, in a file of bytes,
                        or in an object file that a compiler wrote
        objects         list what an object file or a static library holds, and
                        whether it can be loaded
        map             draw what an allocator's memory looks like under a workload
        top             show an allocator at work, under a workload, or those of
                        another JVM
        help COMMAND    describe a command: its options, with examples

        --help          show this text
        --version       show the version

      'jitmem' stands for
        java --module-path DIRECTORY_OF_THE_JARS \\
            --enable-native-access=io.jitmem.core,MODULE_OF_THE_BACKEND \\
            -m io.jitmem.core

      examples:
        jitmem doctor
        jitmem run --hex "8d 04 37 c3" --type "int(int,int)" 40 2
        jitmem run --object fib.o --symbol fib --type "int(int)" 30

      exit status:
        0   the command did what it was asked
        1   this system refused, or offers no way, or a file cannot be loaded;
            the message says why
        2   the command line is wrong; the message says what is accepted
        70  a fault in jitmem
        74  the output could not be written, as when the reader of a pipe has left
      """;

  private Help() {}
}
