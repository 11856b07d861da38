// Prints what the tests of one run came to, from Surefire's reports under the current directory:
//
//   java .mvn/TestCounts.java <file made when the run began>
//
// Each skipped test with its reason; how many actions models of the allocator have made, if they have left a number; the time
// since that file was made; and as the last line "N passed, N failed, N skipped".
// Exits with 1 if a test failed or none ran.

import java.nio.file.attribute.FileTime;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

int passed;
int failed;
int skipped;

void main(String[] args) throws Exception {
  FileTime began = Files.getLastModifiedTime(Path.of(args[0]));
  for (Path report : reportsSince(began)) {
    count(report);
  }
  long actions = modelActionsSince(began);
  if (actions > 0) {
    IO.println("%,d actions of the allocator agreed with its model".formatted(actions));
  }
  IO.println("took %d s".formatted(Duration.between(began.toInstant(), Instant.now()).toSeconds()));
  IO.println("%d passed, %d failed, %d skipped".formatted(passed, failed, skipped));
  System.exit(failed > 0 || passed == 0 ? 1 : 0);
}

/** The reports that are not left over from an earlier run. */
List<Path> reportsSince(FileTime began) throws IOException {
  List<Path> reports = new ArrayList<>();
  try (var modules = Files.newDirectoryStream(Path.of(""), "jitmem-*")) {
    for (Path module : modules) {
      Path directory = module.resolve("target/surefire-reports");
      if (Files.isDirectory(directory)) {
        try (var files = Files.newDirectoryStream(directory, "TEST-*.xml")) {
          files.forEach(reports::add);
        }
      }
    }
  }
  reports.removeIf(report -> report.toFile().lastModified() < began.toMillis());
  Collections.sort(reports);
  return reports;
}

/** What the property tests have left, one number a file. */
long modelActionsSince(FileTime began) throws IOException {
  Path directory = Path.of("jitmem-tests/target/model-actions");
  long sum = 0;
  if (Files.isDirectory(directory)) {
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (Files.getLastModifiedTime(file).compareTo(began) >= 0) {
          sum += Long.parseLong(Files.readString(file).strip());
        }
      }
    }
  }
  return sum;
}

void count(Path report) throws IOException, XMLStreamException {
  XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
  factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
  try (InputStream in = Files.newInputStream(report)) {
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    while (xml.hasNext()) {
      if (xml.next() == XMLStreamConstants.START_ELEMENT && xml.getLocalName().equals("testcase")) {
        countTest(xml);
      }
    }
  }
}

/** Reads to the end of one {@code <testcase>}; a test of which nothing is said passed. */
void countTest(XMLStreamReader xml) throws XMLStreamException {
  String name = (simpleName(xml.getAttributeValue(null, "classname")) + " " + xml.getAttributeValue(null, "name")).strip();
  String outcome = "";
  String reason = "";
  while (!(xml.next() == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("testcase"))) {
    if (xml.isStartElement() && List.of("failure", "error", "skipped").contains(xml.getLocalName())) {
      outcome = xml.getLocalName();
      String message = xml.getAttributeValue(null, "message");
      reason = message == null ? firstLine(xml.getElementText()) : message;
    }
  }
  switch (outcome) {
    case "" -> passed++;
    case "skipped" -> {
      skipped++;
      IO.println("skipped: %s: %s".formatted(name, reason.strip().replaceAll("\\s+", " ")));
    }
    default -> failed++;
  }
}

/** Of a failed assumption the message is in the text alone: the exception as it prints itself. */
String firstLine(String stackTrace) {
  String line = stackTrace.strip().lines().findFirst().orElse("");
  String message = line.replaceFirst("^[\\w.$]+(Exception|Error)(: (Assumption failed: )?|$)", "");
  return message.isEmpty() ? "no reason given" : message;
}

String simpleName(String className) {
  return className.substring(className.lastIndexOf('.') + 1);
}
