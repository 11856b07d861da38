/**
 * The service through which backends are found. A backend's jar names its {@link
 * io.jitmem.virtmem.spi.VirtMemProvider} in {@code module-info.java} (module path) and in {@code
 * META-INF/services} (class path).
 */
@NullMarked
package io.jitmem.virtmem.spi;

import org.jspecify.annotations.NullMarked;
