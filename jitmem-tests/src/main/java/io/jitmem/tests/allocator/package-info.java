/**
 * Properties of an allocator in any configuration, on any backend: {@link
 * io.jitmem.tests.allocator.AllocatorContract} drives it by random actions beside the plainest
 * model that can be right.
 */
@NullMarked
package io.jitmem.tests.allocator;

import org.jspecify.annotations.NullMarked;
