/** What is behind the addresses of a simulated system: nothing, or a window of real memory. */
@NullMarked
package io.jitmem.tests.simulated.backing;

import org.jspecify.annotations.NullMarked;
