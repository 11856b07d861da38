package io.jitmem.testrun;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Plants each bug in a copy of the library, lets the test loose that is to find it, and prints what
 * became of it. For a JVM with everything on its class path.
 */
public final class BugHunt {
  private static final Pattern TRIES = Pattern.compile("tries = (\\d+)");
  private static final Pattern SEED = Pattern.compile("seed = (-?\\d+)");
  private static final Duration LONGEST_HUNT = Duration.ofMinutes(4);

  /** Without a bug it takes some seconds; with one in a lock it may never end. */
  private static final Duration LONGEST_OF_THREADS = Duration.ofSeconds(90);

  private BugHunt() {}

  /** The classes of jitmem anew, one of them with a bug. */
  private static final class Loader extends ClassLoader {
    private final PlantedBug bug;

    Loader(PlantedBug bug) {
      super(BugHunt.class.getClassLoader());
      this.bug = bug;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.jitmem.") || name.startsWith("io.jitmem.testrun.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known != null ? known : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        byte[] chosen = name.equals(bug.fullClassName()) ? bug.plantIn(bytes) : bytes;
        return defineClass(name, chosen, 0, chosen.length);
      } catch (IOException unreadable) {
        throw new ClassNotFoundException(name, unreadable);
      }
    }
  }

  /**
   * Prints a line for each bug: its name, how it was found, or that it was not. For a single bug,
   * by its whole name, what the test prints in search of the shortest program.
   *
   * @param arguments the name of a bug, or nothing for all of them
   * @throws Exception if a bug finds no place
   */
  public static void main(String[] arguments) throws Exception {
    // Those last whose threads may never end: they take the processors from what comes after them.
    List<PlantedBug> bugs = new ArrayList<>(PlantedBugs.all());
    bugs.sort(
        Comparator.comparingInt(bug -> bug.hunter() == PlantedBug.Hunter.SEVERAL_THREADS ? 1 : 0));
    for (PlantedBug bug : bugs) {
      if (arguments.length == 0) {
        Outcome outcome = hunt(bug, "HuntingContract");
        System.out.println(bug.name() + ": " + outcome.text(bug));
      } else if (bug.name().equals(arguments[0])) {
        System.out.println(hunt(bug, "ShrinkingContract").printed());
      }
    }
    // A bug in a lock may have left threads that never end.
    System.exit(0);
  }

  private static Outcome hunt(PlantedBug bug, String contract) throws Exception {
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    Loader loader = new Loader(bug);
    DiscoverySelector selector = selector(bug, loader, contract);
    loader.loadClass(bug.fullClassName());
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Thread hunter = new Thread(() -> execute(selector, listener), "hunter");
      hunter.setContextClassLoader(loader);
      hunter.setDaemon(true);
      hunter.start();
      boolean ended =
          hunter.join(
              bug.hunter() == PlantedBug.Hunter.SEVERAL_THREADS
                  ? LONGEST_OF_THREADS
                  : LONGEST_HUNT);
      return new Outcome(ended, listener.getSummary(), printed.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
    }
  }

  private static void execute(DiscoverySelector selector, SummaryGeneratingListener listener) {
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selector).build(), listener);
  }

  private static DiscoverySelector selector(PlantedBug bug, ClassLoader loader, String name)
      throws Exception {
    if (bug.hunter() == PlantedBug.Hunter.FAILURE_SWEEP) {
      return selectClass(loader.loadClass("io.jitmem.tests.AllocatorFailureSweepTest"));
    }
    Class<?> contract = loader.loadClass("io.jitmem.tests.allocator." + name);
    String word = bug.hunter() == PlantedBug.Hunter.ONE_THREAD ? "after_each" : "several";
    Method property =
        Arrays.stream(contract.getMethods())
            .filter(method -> method.getName().contains(word) && !method.isBridge())
            .findFirst()
            .orElseThrow();
    return selectMethod(contract, property);
  }

  /** How a hunt has ended, if it has. */
  private record Outcome(boolean ended, TestExecutionSummary summary, String printed) {
    String text(PlantedBug bug) {
      if (!ended) {
        return "found by a thread that never ends";
      }
      if (summary.getFailures().isEmpty()) {
        return "NOT FOUND";
      }
      return "found "
          + (bug.hunter() == PlantedBug.Hunter.FAILURE_SWEEP ? sweeps() : tries())
          + ": "
          + firstLine();
    }

    private String sweeps() {
      return "by %d sweeps of %d"
          .formatted(summary.getTestsFailedCount(), summary.getTestsStartedCount());
    }

    private String tries() {
      return "after %s tries, seed %s".formatted(printed(TRIES), printed(SEED));
    }

    private String firstLine() {
      Throwable what = summary.getFailures().getFirst().getException();
      String line = String.valueOf(what).lines().findFirst().orElse("");
      return line.substring(0, Math.min(line.length(), 160));
    }

    private String printed(Pattern pattern) {
      Matcher found = pattern.matcher(printed);
      return found.find() ? found.group(1) : "unknown";
    }
  }
}
