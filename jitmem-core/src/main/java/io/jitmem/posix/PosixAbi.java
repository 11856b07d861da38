package io.jitmem.posix;

/**
 * The numbers in which the Unix systems differ, for one system and CPU. Named as in C; each backend
 * says which header its values are from. What all of them agree on is in {@link Posix}.
 */
public record PosixAbi(
    int MAP_ANON, int MAP_NORESERVE, int O_CREAT, int O_EXCL, int O_CLOEXEC, int O_NOFOLLOW) {}
