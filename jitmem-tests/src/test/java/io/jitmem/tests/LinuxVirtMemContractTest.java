package io.jitmem.tests;

import io.jitmem.virtmem.VirtMem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The Linux backend on the real kernel. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the Linux backend runs on Linux only")
class LinuxVirtMemContractTest extends VirtMemContract {
  @Override
  protected VirtMem virtMem() {
    return VirtMem.host();
  }

  @Override
  protected AccessProbe probe() {
    return ToldProbe.byMaps();
  }

  /**
   * What only the backend maps: the JVM has executable memory of its own, but no file like ours,
   * nor like those that the contract has marked.
   */
  @Override
  protected long mappedBytes() {
    long mapped =
        ProcessMaps.ourMappings().stream().mapToLong(line -> line.end() - line.start()).sum();
    return mapped + ProcessMaps.ourDescriptors().size() + marks();
  }

  private static long marks() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/marked")).count();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
