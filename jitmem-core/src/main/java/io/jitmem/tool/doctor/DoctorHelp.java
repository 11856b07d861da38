package io.jitmem.tool.doctor;

/** What {@code help doctor} says. */
final class DoctorHelp {
  static final String TEXT =
      """
      usage: jitmem doctor [--format text|json]

      Reports what this system allows to a program that makes machine code. Every
      way of getting executable memory is tried, and what does not work is told
      with the reason, and then what in this environment bears on it: policies,
      limits, settings. Nothing stays allocated. Lines are as wide as the variable
      COLUMNS says, 80 characters without it; colours are for terminals, and not
      used if NO_COLOR is set.

      With --format json the report is one object. Its keys, of which none is ever
      left out:

        jitmem            version of jitmem
        os                {name, version}
        cpu               as Java names it
        jvm               {name, vendor, version}
        cpuInfo           {model, features: [...]}, or null if it cannot be asked;
                          model: {vendor, brand, family, model, stepping}, or null
        nativeAccess      whether native access is enabled for io.jitmem.core
        usable            whether an allocator gets executable memory here
        obstacle          why no backend can be used, with the answer of each, in
                          lines; null if one can
        backend           name of the backend, or null
        pages             {byteSize, granularity, largeByteSizes: [...]}, or null
        hardenedRuntime   {enabled, dualMapping, mapJit}, or null; enabled: memory
                          that is writable and executable at once is refused
        strategy          {name, reason}, or null; how an allocator writes code; the
                          name is null if the system refuses every strategy
        capabilities      [{ability, mechanism, available, detail}, ...]; the
                          mechanisms of an ability in the order of preference
        conditions        [{name, value, restricts, meaning}, ...]; what in this
                          environment bears on executable memory

      examples:
        jitmem doctor
        jitmem doctor --format json

      exit status: 0 if executable memory can be had here; 1 if not, or if no
      backend serves this system; 2 if the command line is wrong
      """;

  private DoctorHelp() {}
}
