package io.jitmem.linux;

import io.jitmem.posix.PosixCalls;

/** The calls of this system and the numbers that they are made with. */
record LinuxSystem(LinuxAbi abi, PosixCalls posix, LinuxCalls linux) {}
