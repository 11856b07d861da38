/**
 * The harness by which backends prove that they keep their promises: {@link
 * io.jitmem.tests.VirtMemContract}. A test dependency for those who write one.
 */
module io.jitmem.tests {
  requires transitive io.jitmem.core;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires static org.jspecify;

  exports io.jitmem.tests;
}
