package io.jitmem.tests.allocator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what the models of one test class have done, for the summary of the build. */
final class ModelActions {
  private final AtomicLong actions = new AtomicLong();
  private final Set<AllocatorSetup> setups = ConcurrentHashMap.newKeySet();

  void add(AllocatorSetup setup, List<AllocatorModel> models) {
    models.forEach(model -> actions.addAndGet(model.actionCount()));
    setups.add(setup);
  }

  long actions() {
    return actions.get();
  }

  int setups() {
    return setups.size();
  }

  /** Leaves the number where .mvn/TestCounts.java looks for it. */
  void report(Class<?> test) throws IOException {
    Path directory =
        Path.of(System.getProperty("jitmem.top"), "jitmem-tests", "target", "model-actions");
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(test.getSimpleName()), actions + "\n");
    System.out.printf(
        "%s: %,d model actions, %d configurations%n",
        test.getSimpleName(), actions.get(), setups.size());
  }
}
