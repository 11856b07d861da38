package io.jitmem.tool.run;

/** What {@code help run} says. */
final class RunHelp {
  static final String TEXT =
      """
      usage: jitmem run (--hex BYTES | --file FILE | --object FILE...) --type TYPE
                        [OPTION...] [ARGUMENT...]

      Puts machine code into executable memory, calls its first byte, or the function
      that --symbol names, as a C function would be called on this system, and prints
      what it returns. The code runs inside this process: code that crashes takes the
      JVM with it.

      the code:
        --hex BYTES     bytes of two hex digits; spaces, commas, and 0x or \\x before
                        each byte are allowed
        --file FILE     a file of raw bytes, 16 MiB at most; - is standard input
        --object FILE   an object file, as gcc -c and clang -c write it; several are
                        linked together; - is standard input
        --symbol NAME   the function to call; not needed if the objects define one
        --library FILE  a static library, of which what is needed is linked, too;
                        may be repeated, and given without an --object
        --link NAME     a shared library, as the system finds it by its name or
                        path, for what is still not defined; may be repeated; the
                        C library is looked into at last

      its type:
        --type TYPE     RESULT(PARAMETER,...), as in "int(ptr,long)"; without
                        parameters "int()" or "int(void)"

        void                    no result, and nothing is printed
        byte short int long     whole numbers of 8, 16, 32 and 64 bits; in hex up to
                                the unsigned width: as an int, 0xffffffff is -1
        char                    16 bits without sign: a single character (a digit,
                                too), a number 0..65535 or \\uXXXX; printed as a
                                character if it is visible, else as \\uXXXX
        float double            as Java writes them, with NaN and Infinity
        ptr                     an address, NULL, or a string in double quotes;
                                printed in hex

        A string's quotes are part of the argument, so the shell needs quotes of its
        own: '"hello"'. It is passed as NUL-terminated UTF-8, which lives during the
        call and may be written to. Escapes are \\n \\r \\t \\" \\\\ \\0 and \\xNN.

      options:
        --strategy NAME         write the code to memory that is writable and
                                executable at once (direct), through a second view
                                of it (dual), before it becomes executable (seal)
                                or by the CPU's write switch (map-jit); without
                                this, as the system allows
        --repeat N              call N times (1..10^12); after the last result, print
                                the number of calls, the time and the calls per
                                second; the JVM warms up in the first million
        --                      all that follows are arguments

        Options may be written as --option=VALUE, and may follow arguments. Negative
        numbers are arguments.

      examples, for x86-64 where the arguments come in rdi and rsi:
        jitmem run --hex "8d 04 37 c3" --type "int(int,int)" 40 2
        jitmem run --hex "f2 0f 58 c1 c3" --type "double(double,double)" 1.5 -0.25
        jitmem run --hex "0f b6 07 c3" --type "byte(ptr)" '"A"'
        jitmem run --file code.bin --type "long(long)" --repeat 1000000 7
        jitmem run --object fib.o --symbol fib --type "int(int)" 30
        jitmem run --object main.o --library libz.a --link libm.so.6 --type "int()"

      exit status: 0 if the code returned, whatever it returned; 1 if this system
      refused, or a file cannot be loaded; 2 if the command line is wrong
      """;

  private RunHelp() {}
}
