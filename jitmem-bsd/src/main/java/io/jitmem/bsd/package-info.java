/**
 * The backends for FreeBSD, NetBSD, OpenBSD and DragonFly. {@link io.jitmem.bsd.BsdVirtMem} does
 * what they all do; each of them is a {@link io.jitmem.bsd.BsdSystem}, one class of numbers and
 * differences.
 */
@NullMarked
package io.jitmem.bsd;

import org.jspecify.annotations.NullMarked;
