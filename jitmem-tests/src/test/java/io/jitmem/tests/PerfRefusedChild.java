package io.jitmem.tests;

import io.jitmem.observe.perf.Jitdump;
import io.jitmem.virtmem.VirtMemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opens a dump where nothing may be executed, and looks for what is left of it. */
final class PerfRefusedChild {
  private PerfRefusedChild() {}

  /** The argument is the directory; prints the refusal, then what is left, line by line. */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    for (int i = 0; i < 2; i++) {
      try (Jitdump dump = Jitdump.open(directory)) {
        System.out.println("opened " + dump.path());
      } catch (VirtMemException refused) {
        System.out.println(refused.kind() + ": " + refused.getMessage());
      }
    }
    try (Stream<Path> files = Files.list(directory)) {
      left(files.map(Path::toString).toList());
    }
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      left(descriptors.map(PerfRefusedChild::target).toList());
    }
    left(Files.readAllLines(Path.of("/proc/self/maps")));
  }

  private static void left(List<String> things) {
    things.stream()
        .filter(thing -> thing.contains("jit-"))
        .forEach(thing -> System.out.println("left: " + thing));
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedAgain) {
      return "";
    }
  }
}
