package io.jitmem.testrun;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs one test class in a JVM of its own. In a package of its own, since a module path may have
 * all others.
 */
public final class TestRunner {
  private TestRunner() {}

  /**
   * Prints each failed test with what it threw, and as the last line how many passed and did not.
   *
   * @param arguments the name of the class
   */
  public static void main(String[] arguments) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(arguments[0])).build(),
            listener);
    TestExecutionSummary summary = listener.getSummary();
    for (TestExecutionSummary.Failure failure : summary.getFailures()) {
      System.out.println(
          failure.getTestIdentifier().getDisplayName() + ": " + failure.getException());
    }
    System.out.println(
        "%d passed, %d failed, %d skipped"
            .formatted(
                summary.getTestsSucceededCount(),
                summary.getTestsFailedCount(),
                summary.getTestsSkippedCount() + summary.getTestsAbortedCount()));
  }
}
