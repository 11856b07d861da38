/** What is mapped where and what its pages are, kept as runs. Nothing here is thread-safe. */
@NullMarked
package io.jitmem.tests.simulated.books;

import org.jspecify.annotations.NullMarked;
