package io.jitmem.virtmem;

import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** Finds the host's backend once. {@code backend} is written under the class's lock. */
final class Host {
  private static volatile @Nullable VirtMem backend;

  private Host() {}

  static VirtMem get() {
    VirtMem found = backend;
    return found != null ? found : open();
  }

  private static synchronized VirtMem open() {
    VirtMem found = backend;
    if (found == null) {
      // This class's own loader, not the calling thread's: the answer must not depend on who asks
      // first.
      ServiceLoader<VirtMemProvider> providers =
          ServiceLoader.load(VirtMemProvider.class, Host.class.getClassLoader());
      found = select(providers, Platform.current()).open();
      backend = found;
    }
    return found;
  }

  /** Returns the best provider for a platform; those that cannot be asked count as a no. */
  static VirtMemProvider select(Iterable<VirtMemProvider> providers, Platform platform) {
    StringBuilder answers = new StringBuilder();
    VirtMemProvider best = null;
    var candidates = providers.iterator();
    while (true) {
      try {
        if (!candidates.hasNext()) {
          break;
        }
        VirtMemProvider candidate = candidates.next();
        Support support = candidate.supports(platform);
        if (!support.supported()) {
          answers.append("\n  ").append(candidate.name()).append(": ").append(support.reason());
        } else if (best == null || outranks(candidate, best)) {
          best = candidate;
        }
      } catch (ServiceConfigurationError broken) {
        answers.append("\n  ").append(broken.getMessage());
      }
    }
    if (best == null) {
      throw new UnsupportedOperationException(refusal(platform, answers));
    }
    return best;
  }

  private static boolean outranks(VirtMemProvider candidate, VirtMemProvider best) {
    return candidate.priority() != best.priority()
        ? candidate.priority() > best.priority()
        : candidate.name().compareTo(best.name()) < 0;
  }

  private static String refusal(Platform platform, StringBuilder answers) {
    return answers.isEmpty()
        ? "no jitmem backend is on the module path or class path; add the jar for " + platform
        : "no jitmem backend serves " + platform + ":" + answers;
  }
}
