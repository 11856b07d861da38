/** What every command of the command line is made of: options, streams, errors and statuses. */
@NullMarked
package io.jitmem.tool.command;

import org.jspecify.annotations.NullMarked;
