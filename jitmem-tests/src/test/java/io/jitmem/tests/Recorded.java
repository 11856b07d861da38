package io.jitmem.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The events of a recording that one allocator has caused. */
record Recorded(List<RecordedEvent> events) {
  /** What is recorded of the allocator of a name while something is done. */
  static Recorded during(String allocator, Map<String, String> settings, Runnable work)
      throws IOException {
    Path file = Files.createTempFile("jitmem-recorded", ".jfr");
    try (Recording recording = new Recording()) {
      recording.setSettings(settings);
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
      return of(file, allocator);
    } finally {
      Files.delete(file);
    }
  }

  /** What a file has of the allocator of a name. */
  static Recorded of(Path file, String allocator) throws IOException {
    return new Recorded(
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().startsWith("io.jitmem."))
            .filter(event -> event.getString("name").equals(allocator))
            .toList());
  }

  /** Those of a type, named without the package, in the order of time. */
  List<RecordedEvent> of(String type) {
    return events.stream()
        .filter(event -> event.getEventType().getName().equals("io.jitmem." + type))
        .sorted(java.util.Comparator.comparing(RecordedEvent::getEndTime))
        .toList();
  }

  /** The only one of a type. */
  RecordedEvent only(String type) {
    List<RecordedEvent> all = of(type);
    if (all.size() != 1) {
      throw new AssertionError(all.size() + " events of type " + type + ": " + all);
    }
    return all.getFirst();
  }
}
