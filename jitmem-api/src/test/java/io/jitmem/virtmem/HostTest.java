package io.jitmem.virtmem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;

class HostTest {
  private static final Platform HERE = new Platform("Some OS", "some-cpu");

  private record Fake(String name, int priority, Support support) implements VirtMemProvider {
    @Override
    public Support supports(Platform platform) {
      return support;
    }

    @Override
    public VirtMem open() {
      throw new AssertionError("asked only");
    }
  }

  @Test
  void takes_the_provider_that_serves_the_platform() {
    Fake served = new Fake("b", 0, Support.yes());
    assertThat(Host.select(List.of(new Fake("a", 9, Support.no("other CPU")), served), HERE))
        .isEqualTo(served);
  }

  @Test
  void prefers_the_higher_priority_and_then_the_earlier_name() {
    Fake low = new Fake("a", -1, Support.yes());
    Fake second = new Fake("c", 5, Support.yes());
    Fake first = new Fake("b", 5, Support.yes());
    assertThat(Host.select(List.of(low, second, first), HERE)).isEqualTo(first);
    assertThat(Host.select(List.of(first, second, low), HERE)).isEqualTo(first);
  }

  @Test
  void says_what_each_provider_answered_when_none_serves_the_platform() {
    List<VirtMemProvider> providers =
        List.of(
            new Fake("Alpha", 0, Support.no("no such CPU")),
            new Fake("Beta", 0, Support.no("not here")));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Host.select(providers, HERE))
        .withMessage(
            "no jitmem backend serves Some OS on some-cpu:\n  Alpha: no such CPU\n  Beta: not here");
  }

  @Test
  void says_that_a_jar_is_missing_when_there_is_no_provider_at_all() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Host.select(List.of(), HERE))
        .withMessageContaining("no jitmem backend is on the module path or class path")
        .withMessageContaining("Some OS on some-cpu");
  }

  @Test
  void passes_over_a_provider_that_cannot_be_loaded() {
    Fake sound = new Fake("sound", 0, Support.yes());
    Iterable<VirtMemProvider> providers =
        () -> firstBroken(List.<VirtMemProvider>of(sound).iterator());
    assertThat(Host.select(providers, HERE)).isEqualTo(sound);
    Iterable<VirtMemProvider> onlyBroken = () -> firstBroken(List.<VirtMemProvider>of().iterator());
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Host.select(onlyBroken, HERE))
        .withMessageContaining("io.example.Broken not found");
  }

  private static Iterator<VirtMemProvider> firstBroken(Iterator<VirtMemProvider> rest) {
    return new Iterator<>() {
      private boolean broken = true;

      @Override
      public boolean hasNext() {
        return broken || rest.hasNext();
      }

      @Override
      public VirtMemProvider next() {
        if (broken) {
          broken = false;
          throw new ServiceConfigurationError("io.example.Broken not found");
        }
        return rest.next();
      }
    };
  }
}
