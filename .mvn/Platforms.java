// What was proven where, from test reports:
//
//   java .mvn/Platforms.java record NAME HOW LIBC FOLDER...   writes docs/platforms/NAME.tsv from the reports in folders
//   java .mvn/Platforms.java write                            writes the tables of README.md and docs/platforms.md anew
//   java .mvn/Platforms.java compare                          exits with 1 if they are not what the records say
//
// HOW is how the CPU was had, as "machine" or "qemu-user 10.0"; the rest of a record's head is from the reports themselves.

import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

static final Path RECORDS = Path.of("docs/platforms");
static final String BEGIN = "<!-- made by .mvn/Platforms.java -->\n";
static final String END = "<!-- end -->";

/** The tests of one class: how many passed, failed and were skipped, and of the contract's tests why. */
record Tests(int passed, int failed, int skipped, SortedSet<String> reasons) {
  Tests(int passed, int failed, int skipped) {
    this(passed, failed, skipped, new TreeSet<>());
  }

  Tests plus(Tests more) {
    SortedSet<String> all = new TreeSet<>(reasons);
    all.addAll(more.reasons);
    return new Tests(passed + more.passed, failed + more.failed, skipped + more.skipped, all);
  }

  String text() {
    return passed + (failed > 0 ? " (" + failed + " failed)" : "") + (skipped > 0 ? " (" + skipped + " skipped)" : "");
  }
}

/** One run on one system. */
record Run(SortedMap<String, String> head, SortedMap<String, Tests> tests) {
  Tests all() {
    return tests.values().stream().reduce(new Tests(0, 0, 0), Tests::plus);
  }

  String of(String key) {
    return head.getOrDefault(key, "?");
  }
}

void main(String[] args) throws Exception {
  switch (args.length == 0 ? "" : args[0]) {
    case "record" -> save(args[1], read(args[2], args[3], List.of(args).subList(4, args.length)));
    case "write" -> {
      for (var page : pages().entrySet()) {
        Files.writeString(page.getKey(), page.getValue());
      }
    }
    case "compare" -> System.exit(differing());
    default -> throw new IllegalArgumentException("record, write or compare");
  }
}

int differing() throws IOException {
  int status = 0;
  for (var page : pages().entrySet()) {
    if (!Files.readString(page.getKey()).equals(page.getValue())) {
      IO.println(page.getKey() + " is not what the records of " + RECORDS + " say: java .mvn/Platforms.java write");
      status = 1;
    }
  }
  return status;
}

SortedMap<Path, String> pages() throws IOException {
  List<Run> runs = new ArrayList<>();
  try (var files = Files.newDirectoryStream(RECORDS, "*.tsv")) {
    for (Path file : files) {
      runs.add(load(file));
    }
  }
  runs.sort(Comparator.comparing((Run run) -> run.of("how").equals("machine") ? 0 : 1).thenComparing(run -> run.of("cpu")));
  SortedMap<Path, String> pages = new TreeMap<>();
  put(pages, Path.of("README.md"), summary(runs));
  put(pages, Path.of("docs/platforms.md"), summary(runs) + "\n" + contracts(runs) + "\n" + details(runs));
  return pages;
}

void put(Map<Path, String> pages, Path page, String table) throws IOException {
  String text = Files.readString(page);
  int begin = text.indexOf(BEGIN) + BEGIN.length();
  int end = text.indexOf(END, begin);
  pages.put(page, text.substring(0, begin) + table + text.substring(end));
}

String summary(List<Run> runs) {
  StringBuilder table = new StringBuilder("| kernel | CPU | libc | JVM | CPU was | passed | failed | skipped |\n|---|---|---|---|---|---|---|---|\n");
  for (Run run : runs) {
    Tests all = run.all();
    table.append("| %s | %s | %s | %s | %s | %d | %d | %d |\n".formatted(
        run.of("kernel"), run.of("cpu"), run.of("libc"), run.of("jvm"), run.of("how"), all.passed(), all.failed(), all.skipped()));
  }
  return table.toString();
}

/** What a backend promises, backend by backend; a class in another is a regime that it is tried under. */
String contracts(List<Run> runs) {
  StringBuilder table = new StringBuilder("| contract | on | passed | failed | skipped | why |\n|---|---|---|---|---|---|\n");
  for (Run run : runs) {
    run.tests().forEach((name, tests) -> {
      if (isContract(name)) {
        table.append("| %s | %s, %s | %d | %d | %d | %s |\n".formatted(
            name, run.of("cpu"), run.of("how"), tests.passed(), tests.failed(), tests.skipped(), String.join("; ", tests.reasons())));
      }
    });
  }
  return table.toString();
}

boolean isContract(String test) {
  return test.matches(".*[a-z]ContractTest(\\..*)?");
}

String details(List<Run> runs) {
  StringBuilder table = new StringBuilder("| tests |");
  runs.forEach(run -> table.append(" %s, %s |".formatted(run.of("cpu"), run.of("how"))));
  table.append("\n|---|").append("---|".repeat(runs.size())).append("\n");
  SortedSet<String> classes = new TreeSet<>();
  runs.forEach(run -> classes.addAll(run.tests().keySet()));
  classes.removeIf(this::isContract);
  for (String each : classes) {
    table.append("| ").append(each).append(" |");
    runs.forEach(run -> table.append(" %s |".formatted(run.tests().containsKey(each) ? run.tests().get(each).text() : "-")));
    table.append("\n");
  }
  return table.toString();
}

Run load(Path file) throws IOException {
  Run run = new Run(new TreeMap<>(), new TreeMap<>());
  for (String line : Files.readAllLines(file)) {
    String[] fields = line.split("\t", -1);
    if (fields.length == 2) {
      run.head().put(fields[0], fields[1]);
    } else {
      Tests tests = new Tests(Integer.parseInt(fields[1]), Integer.parseInt(fields[2]), Integer.parseInt(fields[3]));
      tests.reasons().addAll(List.of(fields).subList(4, fields.length));
      run.tests().put(fields[0], tests);
    }
  }
  return run;
}

void save(String name, Run run) throws IOException {
  StringBuilder lines = new StringBuilder();
  run.head().forEach((key, value) -> lines.append(key).append('\t').append(value).append('\n'));
  run.tests().forEach((test, count) ->
      lines.append("%s\t%d\t%d\t%d".formatted(test, count.passed(), count.failed(), count.skipped()))
          .append(String.join("", count.reasons().stream().map(reason -> "\t" + reason).toList()))
          .append('\n'));
  Files.createDirectories(RECORDS);
  Files.writeString(RECORDS.resolve(name + ".tsv"), lines.toString());
}

Run read(String how, String libc, List<String> folders) throws Exception {
  Run run = new Run(new TreeMap<>(Map.of("how", how, "libc", libc)), new TreeMap<>());
  for (String folder : folders) {
    try (var files = Files.newDirectoryStream(Path.of(folder), "TEST-*.xml")) {
      for (Path file : files) {
        read(run, file);
      }
    }
  }
  String version = run.head().remove("version");
  // Windows has its version in its name.
  run.head().computeIfPresent("kernel", (key, name) ->
      !name.startsWith("Windows") ? name + " " + version : how.startsWith("wine") ? "none; wine says " + name : name);
  return run;
}

void read(Run run, Path report) throws IOException, XMLStreamException {
  XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
  factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
  try (InputStream in = Files.newInputStream(report)) {
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "property" -> property(run, xml.getAttributeValue(null, "name"), xml.getAttributeValue(null, "value"));
          case "testcase" -> test(run, xml);
          default -> {}
        }
      }
    }
  }
}

void property(Run run, String name, String value) {
  switch (name) {
    case "os.name" -> run.head().put("kernel", value);
    case "os.version" -> run.head().put("version", value.replaceFirst("^(\\d+\\.\\d+).*", "$1"));
    case "os.arch" -> run.head().put("cpu", value.equals("amd64") ? "x86-64" : value);
    case "java.vm.version" -> run.head().put("jvm", "HotSpot " + value.replaceFirst("[+-].*", ""));
    default -> {}
  }
}

void test(Run run, XMLStreamReader xml) throws XMLStreamException {
  String whole = xml.getAttributeValue(null, "classname").replaceFirst("^.*\\.", "").replace('$', '.');
  String name = isContract(whole) ? whole : whole.replaceFirst("\\..*", "");
  Tests outcome = new Tests(1, 0, 0);
  while (!(xml.next() == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("testcase"))) {
    if (xml.isStartElement()) {
      outcome = switch (xml.getLocalName()) {
        case "failure", "error" -> new Tests(0, 1, 0);
        case "skipped" -> new Tests(0, 0, 1, isContract(name) ? reason(xml) : new TreeSet<>());
        default -> outcome;
      };
    }
  }
  run.tests().merge(name, outcome, Tests::plus);
}

/** What a skipped test says, as one cell of a table: its annotation's words, or the first line of its exception. */
SortedSet<String> reason(XMLStreamReader xml) throws XMLStreamException {
  String message = xml.getAttributeValue(null, "message");
  String text = (message == null ? xml.getElementText().lines().findFirst().orElse("") : message)
      .replaceFirst("^.*Assumption failed: ", "").replaceAll("0x[0-9a-f]+", "an address").replaceAll("[\\s|]+", " ").strip();
  return text.isEmpty() ? new TreeSet<>() : new TreeSet<>(List.of(text));
}
