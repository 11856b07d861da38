/**
 * A test dependency for those who call native functions by FFM: the numbers and prototypes that
 * they have written down are compared, by name, with tables of what a system's headers say ({@link
 * io.jitmem.audit.SystemTable}). It uses nothing but the JDK.
 */
module io.jitmem.audit {
  requires static org.jspecify;

  exports io.jitmem.audit;
}
