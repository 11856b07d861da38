package io.jitmem.tool.objects;

import java.util.List;

/** What a file holds: one object, or those of a static library. */
record FileReport(String name, boolean isLibrary, List<ObjectReport> objects) {
  FileReport {
    objects = List.copyOf(objects);
  }

  boolean isLoadable() {
    return objects.stream().allMatch(ObjectReport::isLoadable);
  }
}
