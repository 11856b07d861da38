/*
 * Test only: the C functions of a BSD, with its numbers, its argument rules, its errno values and its rules on
 * executable memory, on top of Linux's system calls. It is our reading of the manuals and of the kernels' sources,
 * and proves that the backend asks for what we think the system wants; no more.
 *
 * gcc -DFREEBSD -O1 -fPIC -shared -nostdlib -fvisibility=hidden -Wl,-Bsymbolic; or NETBSD, OPENBSD, DRAGONFLY. It is loaded with
 * RTLD_LOCAL, so nobody else in the process finds its functions. It is stricter than the systems in one thing: a flag
 * that they would ignore is refused, so that a number of another system never passes.
 *
 * Settings, by -D or by shim_set: allow_wx and imply_prot_max (FreeBSD's kern.elf64.allow_wx and vm.imply_prot_max),
 * pax_mprotect (NetBSD's security.pax.mprotect.enabled), wxabort (OpenBSD's kern.wxabort).
 */
#define PAGE 4096UL
#include "unix.h"

#define SUPERPAGE (2L << 20)

/* ---- The numbers of each system, from the same table as the audit's (constants.tsv of jitmem-bsd). ---- */
enum { B_SHARED = 1, B_PRIVATE = 2, B_FIXED = 0x10, B_ANON = 0x1000, B_ALIGN_SHIFT = 24 };
enum { B_O_RDWR = 2, B_O_CREAT = 0x200, B_O_EXCL = 0x800, B_O_NOFOLLOW = 0x100 };
enum { B_EAGAIN = 35, B_EDEADLK = 11, B_ELOOP = 62, B_ENAMETOOLONG = 63, B_EDQUOT = 69, B_ENOSYS = 78, B_EOPNOTSUPP = 45 };
#if defined(FREEBSD)
enum { B_O_CLOEXEC = 0x100000, B_ENOTSUP = 45, B_EOVERFLOW = 84, B_EXCL = 0x4000, B_STACK = 0x400, B_GUARD = 0x2000, B_NOCORE = 0x20000,
       B_NOSYNC = 0x800, B_PREFAULT = 0x40000, B_MAX_SHIFT = 16 };
#define KNOWN_FLAGS (B_SHARED | B_PRIVATE | B_FIXED | B_ANON | B_EXCL | B_STACK | B_GUARD | B_NOCORE | B_NOSYNC | B_PREFAULT | 0xff << B_ALIGN_SHIFT)
typedef uint16_t mode_type;
#elif defined(NETBSD)
enum { B_O_CLOEXEC = 0x400000, B_ENOTSUP = 86, B_EOVERFLOW = 84, B_TRYFIXED = 0x400, B_NORESERVE = 0x40, B_WIRED = 0x800, B_STACK = 0x2000,
       B_REMAPDUP = 4, B_MAX_SHIFT = 3 };
#define KNOWN_FLAGS (B_SHARED | B_PRIVATE | B_FIXED | B_ANON | B_TRYFIXED | B_NORESERVE | B_WIRED | B_STACK | 0xff << B_ALIGN_SHIFT)
typedef uint32_t mode_type;
#elif defined(OPENBSD)
enum { B_O_CLOEXEC = 0x10000, B_ENOTSUP = 91, B_EOVERFLOW = 87, B_NOREPLACE = 0x800, B_STACK = 0x4000, B_CONCEAL = 0x8000 };
#define KNOWN_FLAGS (B_SHARED | B_PRIVATE | B_FIXED | B_ANON | B_NOREPLACE | B_STACK | B_CONCEAL)
typedef uint32_t mode_type;
#elif defined(DRAGONFLY)
enum { B_O_CLOEXEC = 0x20000, B_ENOTSUP = 45, B_EOVERFLOW = 84, B_TRYFIXED = 0x10000, B_NORESERVE = 0x40, B_STACK = 0x400, B_NOSYNC = 0x800,
       B_NOCORE = 0x20000, B_SIZEALIGN = 0x40000 };
#define KNOWN_FLAGS (B_SHARED | B_PRIVATE | B_FIXED | B_ANON | B_TRYFIXED | B_NORESERVE | B_STACK | B_NOSYNC | B_NOCORE | B_SIZEALIGN)
typedef uint16_t mode_type;
#else
#error which system?
#endif

#ifndef ALLOW_WX
#define ALLOW_WX 1
#endif
#ifndef IMPLY_PROT_MAX
#define IMPLY_PROT_MAX 0
#endif
#ifndef PAX_MPROTECT
#define PAX_MPROTECT 1
#endif
#ifndef WXABORT
#define WXABORT 1
#endif
/* What a fixed mapping that must replace none answers when something is there: the sources leave it open. */
#ifndef COLLISION
#define COLLISION ENOMEM
#endif
static long allow_wx = ALLOW_WX, imply_prot_max = IMPLY_PROT_MAX, pax_mprotect = PAX_MPROTECT, wxabort = WXABORT;

API int shim_set(const char *name, long value) {
  if (!strcmp(name, "allow_wx")) allow_wx = value;
  else if (!strcmp(name, "imply_prot_max")) imply_prot_max = value;
  else if (!strcmp(name, "pax_mprotect")) pax_mprotect = value;
  else if (!strcmp(name, "wxabort")) wxabort = value;
  else return -1;
  return 0;
}

/* ---- errno ---- */
static int translated(int error) {
  switch (error) {
    case 11: return B_EAGAIN;
    case 35: return B_EDEADLK;
    case 36: return B_ENAMETOOLONG;
    case 38: return B_ENOSYS;
    case 40: return B_ELOOP;
    case 75: return B_EOVERFLOW;
    case 95: return B_EOPNOTSUPP;
    case 122: return B_EDQUOT;
    default: return error;
  }
}

static int takes_back(const char *function) { return !strcmp(function, "munmap") || !strcmp(function, "close"); }

static void look_at_caller(void) {}

/* ---- The books of descriptors and names. ---- */
static unsigned char open_files[1 << 16];
static struct { char name[256]; int fd; } names[64];

static int noted_file(long fd) {
  if (fd >= 0) open_files[fd] = 1;
  return (int)fd;
}

API long shim_mapped(void) {
  pthread_mutex_lock(&lock);
  long sum = booked();
  pthread_mutex_unlock(&lock);
  return sum;
}

/* Descriptors and names that are still there. */
API int shim_open_files(void) {
  int sum = 0;
  for (int i = 0; i < (int)sizeof open_files; i++) sum += open_files[i];
  for (int i = 0; i < 64; i++) sum += names[i].name[0] != 0;
  return sum;
}

/* Closes and removes what calls that were made to fail have left. */
API void shim_clean(void) {
  shim_fail("", -2, 0);
  for (int i = 0; i < (int)sizeof open_files; i++)
    if (open_files[i]) syscall(SYS_close, i), open_files[i] = 0;
  for (int i = 0; i < 64; i++)
    if (names[i].name[0]) syscall(SYS_close, names[i].fd), names[i].name[0] = 0;
}

/* ---- Rules on protections ---- */
static int allowed(int prot) {
  int both = (prot & 6) == 6;
  (void)both;
#if defined(FREEBSD)
  if (both && !allow_wx) return errno = EACCES, 0;
#elif defined(NETBSD)
  if (both && pax_mprotect) return errno = EACCES, 0;
#elif defined(OPENBSD)
  if (both) {
    if (wxabort) complain(0, "SIGABRT: memory that is writable and executable was asked for under kern.wxabort", prot, 0);
    return errno = B_ENOTSUP, 0;
  }
#endif
  return 1;
}

/* The protection and its maximum that mmap's argument asks for; 0 if it is refused. */
static int split(int argument, int *prot, int *max) {
  *prot = argument & RWX;
  *max = RWX;
#if defined(FREEBSD)
  int bound = argument >> B_MAX_SHIFT & RWX;
  if (argument & ~(RWX | RWX << B_MAX_SHIFT)) return complain(EINVAL, "mmap: bits of prot that FreeBSD does not know", argument, 0), 0;
  if (bound && (*prot & ~bound)) return complain(B_ENOTSUP, "mmap: prot beyond its PROT_MAX", argument, 0), 0;
  if (bound) *max = bound;
  else if (imply_prot_max && *prot) *max = *prot;
#elif defined(NETBSD)
  if (argument & ~(RWX | RWX << B_MAX_SHIFT)) return complain(EINVAL, "mmap: bits of prot that NetBSD does not know", argument, 0), 0;
  if (pax_mprotect) *max = *prot | (argument >> B_MAX_SHIFT & RWX);
#else
  if (argument & ~RWX) return complain(EINVAL, "mmap: bits of prot that this system does not know", argument, 0), 0;
#endif
  return allowed(*prot);
}

/* ---- mmap ---- */
/* Hints: FreeBSD, DragonFly and OpenBSD's mquery search upwards from them; of NetBSD it is only known that a free one is taken. */
static long placed(unsigned long hint, size_t size, int prot, int flags, int fd, long offset) {
#if defined(FREEBSD) || defined(DRAGONFLY)
  for (int attempt = 0; hint && attempt < 16; attempt++) {
    unsigned long place = first_gap(hint, size);
    long mapped = place ? syscall(SYS_mmap, place, size, prot, flags | MAP_FIXED_NOREPLACE, fd, offset) : -1;
    if (mapped != -1) return mapped;
  }
  hint = 0;
#endif
  return syscall(SYS_mmap, hint, size, prot, flags, fd, offset);
}

static void *map(void *address, size_t size, int argument, int flags, int fd, int64_t offset) {
  unsigned long at = (unsigned long)address;
  int prot, max, linux_flags = flags & (B_SHARED | B_PRIVATE | B_FIXED);
  size = (size + PAGE - 1) & -PAGE;
  if (!size) return errno = EINVAL, MAP_FAILED;
  if (flags & ~KNOWN_FLAGS) return complain(EINVAL, "mmap: flags that this system does not know", flags, 0), MAP_FAILED;
  if (!!(flags & B_SHARED) == !!(flags & B_PRIVATE)) return complain(EINVAL, "mmap: neither or both of MAP_SHARED and MAP_PRIVATE", flags, 0), MAP_FAILED;
  if (flags & B_ANON) {
    if (fd != -1 || offset) return complain(EINVAL, "mmap: MAP_ANON with a file or an offset", fd, offset), MAP_FAILED;
    linux_flags |= MAP_ANONYMOUS;
  }
  if (offset & (PAGE - 1)) return complain(EINVAL, "mmap: an offset within a page", offset, 0), MAP_FAILED;
  if ((flags & B_FIXED) && (at & (PAGE - 1))) return complain(EINVAL, "mmap: a fixed address within a page", at, 0), MAP_FAILED;
  if (flags & B_STACK) return complain(EINVAL, "mmap: a stack, which nobody wants here", flags, 0), MAP_FAILED;
  if (!split(argument, &prot, &max)) return MAP_FAILED;
  int replaces = flags & B_FIXED;
#if defined(FREEBSD)
  if ((flags & B_EXCL) && !(flags & B_FIXED)) return complain(EINVAL, "mmap: MAP_EXCL without MAP_FIXED", flags, 0), MAP_FAILED;
  if (flags & B_GUARD) {
    if (argument || fd != -1 || offset) return complain(EINVAL, "mmap: MAP_GUARD with a protection or a file", flags, 0), MAP_FAILED;
    linux_flags |= MAP_ANONYMOUS;
    max = 0;
  }
  int alignment = (unsigned)flags >> B_ALIGN_SHIFT;
  if (alignment > 1 && alignment < 12) return complain(EINVAL, "mmap: an alignment below a page", flags, 0), MAP_FAILED;
  if (flags & B_EXCL) replaces = 0;
#elif defined(OPENBSD)
  if ((flags & B_NOREPLACE) && !(flags & B_FIXED)) return complain(EINVAL, "mmap: __MAP_NOREPLACE without MAP_FIXED", flags, 0), MAP_FAILED;
  if (flags & B_NOREPLACE) replaces = 0;
#elif defined(NETBSD)
  /* Private pages must be such that mremap can show them twice. */
  if (flags & B_ANON) linux_flags = (linux_flags & ~MAP_PRIVATE) | MAP_SHARED;
#endif
  long mapped;
  if (replaces) {
    if (!is_ours(at, at + size)) return complain(EINVAL, "mmap: MAP_FIXED over memory of somebody else", at, size), MAP_FAILED;
    mapped = syscall(SYS_mmap, at, size, prot, linux_flags, fd, offset);
  } else if (flags & B_FIXED) {
    mapped = syscall(SYS_mmap, at, size, prot, (linux_flags & ~MAP_FIXED) | MAP_FIXED_NOREPLACE, fd, offset);
    if (mapped == -1 && errno == EEXIST) errno = COLLISION;
  } else {
    mapped = placed(at, size, prot, linux_flags, fd, offset);
  }
  if (kernel(mapped) == -1) return MAP_FAILED;
  note(mapped, mapped + size, prot, max, 0);
#if defined(FREEBSD)
  /* At a multiple of a superpage exactly if that was asked for: Linux would like to do it by itself. */
  if (size >= (size_t)SUPERPAGE && !at && !(flags & B_FIXED)) {
    long room = syscall(SYS_mmap, 0, size + 2 * SUPERPAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room != -1) {
      long place = ((room + SUPERPAGE - 1) & -SUPERPAGE) + (alignment == 1 ? 0 : PAGE);
      syscall(SYS_munmap, room, size + 2 * SUPERPAGE);
      long again = syscall(SYS_mmap, place, size, prot, linux_flags | MAP_FIXED_NOREPLACE, fd, offset);
      if (again != -1) {
        syscall(SYS_munmap, mapped, size);
        forget(mapped, mapped + size);
        note(mapped = again, again + size, prot, max, 0);
      }
    }
  }
#endif
  return (void *)mapped;
}

static int unmap(unsigned long at, size_t size) {
  if (!size || (at & (PAGE - 1)) || (size & (PAGE - 1))) return complain(EINVAL, "munmap: not whole pages", at, size);
#if defined(OPENBSD)
  if (!is_ours(at, at + size)) return complain(EINVAL, "munmap: a hole in the range", at, size);
#else
  if (is_nobodys(at, at + size)) return complain(EINVAL, "munmap: nothing of ours is mapped there", at, size);
#endif
  return released(at, size);
}

static int protect(unsigned long at, size_t size, int prot) {
  if (prot & ~RWX) return complain(EINVAL, "mprotect: bits that this system does not know", prot, 0);
  if (at & (PAGE - 1)) return complain(EINVAL, "mprotect: an address within a page", at, 0);
  if (!allowed(prot)) return -1;
  if (!is_ours(at, at + size)) return complain(ENOMEM, "mprotect: memory that is not mapped, or somebody else's", at, size);
  if (!is_within_maximum(at, size, prot)) return errno = EACCES, -1;
  return protected(at, size, prot);
}

/* ---- Files ---- */
API int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  int mode = va_arg(arguments, int);
  va_end(arguments);
  pthread_mutex_lock(&lock);
  int fd = -1;
  if (fails("open")) {
  } else if (flags & ~(3 | B_O_CREAT | B_O_EXCL | B_O_CLOEXEC | B_O_NOFOLLOW)) {
    complain(EINVAL, "open: flags that this system does not know", flags, 0);
  } else if ((flags & B_O_CREAT) && mode != 0600) {
    complain(EINVAL, "open: the mode did not arrive", mode, 0);
  } else {
    int linux_flags = (flags & 3) | (flags & B_O_CREAT ? O_CREAT : 0) | (flags & B_O_EXCL ? O_EXCL : 0) | (flags & B_O_CLOEXEC ? O_CLOEXEC : 0)
        | (flags & B_O_NOFOLLOW ? O_NOFOLLOW : 0);
    fd = noted_file(kernel(syscall(SYS_openat, -100, path, linux_flags, mode)));
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

API int close(int fd) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("close")) {
  } else if (fd < 0 || fd >= (int)sizeof open_files || !open_files[fd]) {
    complain(EBADF, "close: a descriptor of somebody else", fd, 0);
  } else {
    open_files[fd] = 0;
    result = (int)kernel(syscall(SYS_close, fd));
  }
  pthread_mutex_unlock(&lock);
  return result;
}

API int ftruncate(int fd, int64_t size) {
  pthread_mutex_lock(&lock);
  int result = fails("ftruncate") ? -1 : (int)kernel(syscall(SYS_ftruncate, fd, size));
  pthread_mutex_unlock(&lock);
  return result;
}

API int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  int result = fails("unlink") ? -1 : (int)kernel(syscall(SYS_unlinkat, -100, path, 0));
  pthread_mutex_unlock(&lock);
  return result;
}

/* Files in memory have no end by themselves. */
static int is_full(int64_t end) { return end > 1L << 30 ? errno = ENOSPC, 1 : 0; }

API long pwrite(int fd, const void *bytes, size_t count, int64_t offset) {
  pthread_mutex_lock(&lock);
  long result = fails("pwrite") || is_full(offset + count) ? -1 : kernel(syscall(SYS_pwrite64, fd, bytes, count, offset));
  pthread_mutex_unlock(&lock);
  return result;
}

API int getrlimit(int resource, void *limits) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("getrlimit")) {
  } else if (resource != 1) {
    complain(EINVAL, "getrlimit: not RLIMIT_FSIZE", resource, 0);
  } else {
    int64_t *limit = limits;
    result = (int)kernel(syscall(SYS_prlimit64, 0, 1, 0, limits));
    for (int i = 0; i < 2; i++) limit[i] = limit[i] < 0 ? INT64_MAX : limit[i];
  }
  pthread_mutex_unlock(&lock);
  return result;
}

#if defined(FREEBSD) || defined(NETBSD)
API int posix_fallocate(int fd, int64_t offset, int64_t size) {
  int before = errno;
  pthread_mutex_lock(&lock);
  int result = fails("posix_fallocate") || is_full(offset + size) || kernel(syscall(SYS_fallocate, fd, 0, offset, size)) ? errno : 0;
  pthread_mutex_unlock(&lock);
  errno = before;
  return result;
}

API int memfd_create(const char *name, unsigned flags) {
  pthread_mutex_lock(&lock);
  int fd = -1;
  if (fails("memfd_create")) {
  } else if (flags & ~3u) {
    complain(EINVAL, "memfd_create: flags that this system does not know", flags, 0);
  } else {
    fd = noted_file(kernel(syscall(SYS_memfd_create, name, flags)));
  }
  pthread_mutex_unlock(&lock);
  return fd;
}
#endif

static int shared(const char *name, int flags, mode_type mode) {
  int known = 3 | B_O_CREAT | B_O_EXCL;
#if defined(OPENBSD) || defined(NETBSD)
  known |= B_O_CLOEXEC | B_O_NOFOLLOW;
#endif
  if (flags & ~known) return complain(EINVAL, "shm_open: flags that this system does not know", flags, 0);
  if ((flags & 3) != B_O_RDWR) return complain(EINVAL, "shm_open: not for reading and writing", flags, 0);
  if (mode != 0600) return complain(EINVAL, "shm_open: the mode did not arrive", mode, 0);
#if defined(FREEBSD)
  if (name != (char *)1) return complain(EINVAL, "shm_open: a name where SHM_ANON was expected", (unsigned long)name, 0);
  return noted_file(kernel(syscall(SYS_memfd_create, "jitmem shim", 1)));
#else
  if ((unsigned long)name < PAGE) return complain(EFAULT, "shm_open: SHM_ANON, which this system does not have", (unsigned long)name, 0);
  if (name[0] != '/' || strchr(name + 1, '/') || strlen(name) > 255) return complain(EINVAL, "shm_open: a name that is not /name", 0, 0);
  int free = -1;
  for (int i = 0; i < 64; i++) {
    if (!names[i].name[0]) free = i;
    else if (!strcmp(names[i].name, name)) return errno = EEXIST, -1;
  }
  if (!(flags & B_O_CREAT)) return errno = ENOENT, -1;
  long fd = kernel(syscall(SYS_memfd_create, "jitmem shim", 1));
  if (fd < 0 || free < 0) return -1;
  strcpy(names[free].name, name);
  names[free].fd = (int)syscall(SYS_dup, fd);
  return noted_file(fd);
#endif
}

API int shm_open(const char *name, int flags, mode_type mode) {
  pthread_mutex_lock(&lock);
  int fd = fails("shm_open") ? -1 : shared(name, flags, mode);
  pthread_mutex_unlock(&lock);
  return fd;
}

API int shm_unlink(const char *name) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (!fails("shm_unlink")) {
    errno = ENOENT;
    for (int i = 0; i < 64; i++)
      if (names[i].name[0] && !strcmp(names[i].name, name)) {
        names[i].name[0] = 0;
        syscall(SYS_close, names[i].fd);
        result = 0;
      }
  }
  pthread_mutex_unlock(&lock);
  return result;
}

/* ---- What some systems have ---- */
#if !defined(OPENBSD)
API int sysctlbyname(const char *name, void *old, size_t *old_size, const void *new, size_t new_size) {
  static const char *const known[] = {
#if defined(FREEBSD)
      "kern.elf64.allow_wx", "vm.imply_prot_max",
#elif defined(NETBSD)
      "security.pax.mprotect.enabled",
#endif
      0};
  long *const values[] = {
#if defined(FREEBSD)
      &allow_wx, &imply_prot_max,
#elif defined(NETBSD)
      &pax_mprotect,
#endif
      0};
  pthread_mutex_lock(&lock);
  int result = -1;
  if (!fails("sysctlbyname")) {
    errno = ENOENT;
    if (new || new_size) complain(EPERM, "sysctlbyname: something is set", new_size, 0);
    for (int i = 0; known[i]; i++)
      if (!strcmp(known[i], name)) {
        if (*old_size < sizeof(int)) {
          errno = ENOMEM;
        } else {
          *(int *)old = (int)*values[i];
          *old_size = sizeof(int);
          result = 0;
        }
      }
  }
  pthread_mutex_unlock(&lock);
  return result;
}
#endif

#if defined(FREEBSD)
API int getpagesizes(size_t *sizes, int count) {
  static const size_t all[] = {PAGE, 2UL << 20, 1UL << 30};
  if (count < 0 || (!sizes && count)) return complain(EINVAL, "getpagesizes: a count without room", count, 0);
  if (!sizes) return 3;
  for (int i = 0; i < count && i < 3; i++) sizes[i] = all[i];
  return count < 3 ? count : 3;
}

API int procctl(unsigned type, int64_t id, int command, void *data) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("procctl")) {
  } else if (type || id != syscall(SYS_getpid) || command != 22) {
    complain(EINVAL, "procctl: not PROC_WXMAP_STATUS of this process", type, command);
  } else {
    *(int *)data = allow_wx ? 1 : 0x80000000;
    result = 0;
  }
  pthread_mutex_unlock(&lock);
  return result;
}

API int membarrier(int command, unsigned flags, int cpu) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("membarrier")) {
  } else if (flags || cpu) {
    complain(EINVAL, "membarrier: flags or a CPU", flags, cpu);
  } else {
    result = (int)kernel(syscall(SYS_membarrier, command, flags, cpu));
  }
  pthread_mutex_unlock(&lock);
  return result;
}
#endif

#if defined(NETBSD)
static void *remap(unsigned long old, size_t old_size, unsigned long new, size_t new_size, int flags) {
  if (flags & ~(B_REMAPDUP | B_FIXED | 0xff << B_ALIGN_SHIFT)) return complain(EINVAL, "mremap: flags that NetBSD does not know", flags, 0), MAP_FAILED;
  if (!(flags & B_REMAPDUP)) return complain(EINVAL, "mremap: not a duplicate", flags, 0), MAP_FAILED;
  if (!old_size || old_size != new_size || ((old | old_size | new) & (PAGE - 1))) return complain(EINVAL, "mremap: sizes or addresses", old_size, new_size), MAP_FAILED;
  if (!is_ours(old, old + old_size)) return complain(ENOENT, "mremap: nothing of ours is mapped there", old, old_size), MAP_FAILED;
  if ((flags & B_FIXED) && !is_ours(new, new + new_size)) return complain(EINVAL, "mremap: MAP_FIXED over memory of somebody else", new, new_size), MAP_FAILED;
  struct region source = regions[first_ending_after(old)];
  long copy = kernel(syscall(SYS_mremap, old, 0, new_size, 1 | (flags & B_FIXED ? 2 : 0), new));
  if (copy == -1) return MAP_FAILED;
  note(copy, copy + new_size, source.prot, source.max, 0);
  return (void *)copy;
}

API void *mremap(void *old, size_t old_size, void *new, size_t new_size, int flags) {
  pthread_mutex_lock(&lock);
  void *copy = fails("mremap") ? MAP_FAILED : remap((unsigned long)old, old_size, (unsigned long)new, new_size, flags);
  pthread_mutex_unlock(&lock);
  return copy;
}
#endif

#if defined(OPENBSD)
API void *mquery(void *address, size_t size, int prot, int flags, int fd, int64_t offset) {
  pthread_mutex_lock(&lock);
  void *place = MAP_FAILED;
  if (fails("mquery")) {
  } else if (flags || fd != -1 || offset || (prot & ~RWX)) {
    complain(EINVAL, "mquery: more than a search from an address on", flags, fd);
  } else {
    unsigned long found = first_gap((unsigned long)address, size);
    if (found) place = (void *)found;
    else errno = ENOMEM;
  }
  pthread_mutex_unlock(&lock);
  return place;
}
#endif
