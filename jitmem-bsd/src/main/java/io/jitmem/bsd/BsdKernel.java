package io.jitmem.bsd;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;

/** The calls of one system on one CPU. */
record BsdKernel(Architecture architecture, NativeBinder binder, PosixCalls posix, BsdCalls own) {}
