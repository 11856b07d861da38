package io.jitmem.runtime;

import io.jitmem.runtime.guard.CallType;
import java.lang.invoke.MethodHandle;

/** The raw handle that a function was added with. */
record BoundCall(CallType type, MethodHandle handle) {}
