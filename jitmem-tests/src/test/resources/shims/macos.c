/*
 * Test only: the C functions of macOS, with its numbers, its argument rules, its errno values and kern_return_t values and its
 * rules on executable memory, on top of Linux's system calls. It is our reading of XNU's sources and of the manuals, and proves
 * that the backend asks for what we think the system wants; no more.
 *
 * gcc -DINTEL -O1 -fPIC -shared -nostdlib -fvisibility=hidden -Wl,-Bsymbolic; or APPLE, which has pages of 16 KiB, W^X and the
 * per-thread write switch. Loaded with RTLD_LOCAL, so nobody else in the process finds its functions. It is stricter than macOS
 * in one thing: what macOS would ignore is refused, so that a number of another system never passes.
 *
 * Memory under the switch is really not writable unless a thread has turned its switch, and then it is for all threads; whether
 * it is this thread that may write, and whether a thread makes any call of ours while it may not execute, is looked up.
 *
 * Settings, by -D: HARDENED (the hardened runtime), and of entitlements ALLOW_JIT, UNSIGNED_MEMORY, ALLOWLIST; TRANSLATED
 * (Rosetta); JIT_DENIAL, the errno of a missing ALLOW_JIT; OLD, a macOS before 10.14.
 */
#if defined(INTEL)
enum { APPLE_CPU = 0 };
#define PAGE 4096UL
#elif defined(APPLE)
enum { APPLE_CPU = 1 };
#define PAGE 16384UL
#else
#error which CPU?
#endif
#include "unix.h"

#define WX 6
#ifndef HARDENED
#define HARDENED 1
#endif
#ifndef ALLOW_JIT
#define ALLOW_JIT 1
#endif
#ifndef UNSIGNED_MEMORY
#define UNSIGNED_MEMORY 1
#endif
#ifndef ALLOWLIST
#define ALLOWLIST 0
#endif
#ifndef TRANSLATED
#define TRANSLATED 0
#endif
#ifndef JIT_DENIAL
#define JIT_DENIAL 1
#endif

/* The numbers of macOS, from the same table as the audit's (constants.tsv of jitmem-macos). */
enum { M_SHARED = 1, M_PRIVATE = 2, M_FIXED = 0x10, M_NORESERVE = 0x40, M_JIT = 0x800, M_ANON = 0x1000 };
enum { M_EAGAIN = 35, M_EDEADLK = 11, M_ENOSYS = 78, M_EOPNOTSUPP = 102, M_ERANGE = 34 };
enum { SUCCESS, INVALID_ADDRESS, PROTECTION_FAILURE, NO_SPACE, INVALID_ARGUMENT, FAILURE, INVALID_NAME = 15 };
enum { FLAGS_FIXED = 0, FLAGS_ANYWHERE = 1, FLAGS_OVERWRITE = 0x4000, INHERIT_COPY = 1, INHERIT_NONE = 2 };
enum { OPS_STATUS = 0, OPS_ENTITLEMENTS = 7, CS_VALID = 1, CS_RUNTIME = 0x10000 };
enum { SELF = 0x203, FIRST_PORT = 0x1003, THREADS = 5 };
#define KNOWN_FLAGS (M_SHARED | M_PRIVATE | M_FIXED | M_NORESERVE | M_JIT | M_ANON)

/* ---- The switches of the threads ---- */
static __thread int writing;
static int writers, switches;
/* The range of which a writing thread has last made the caches agree, in this turn of its switch. */
static __thread unsigned long flushed_start, flushed_size;

/* How many threads may write at this moment, and how often one was allowed to. */
API int shim_writers(void) { return writers; }
API int shim_switches(void) { return switches; }

/* Whether the last turn of this thread's switch made the caches agree for exactly a range. */
API int shim_flushed(unsigned long start, unsigned long size) { return start == flushed_start && size == flushed_size; }

static void look_at_caller(void) {
  if (writing) complain(0, "SIGBUS: a call by a thread that cannot execute the JVM's code", 0, 0);
}

static int takes_back(const char *function) {
  return !strcmp(function, "munmap") || !strcmp(function, "mach_port_deallocate") || !strcmp(function, "mach_vm_deallocate");
}

static int translated(int error) {
  switch (error) {
    case 11: return M_EAGAIN;
    case 35: return M_EDEADLK;
    case 38: return M_ENOSYS;
    case 95: return M_EOPNOTSUPP;
    default: return error;
  }
}

/* Whether all of a range is memory under the switch, which has a mark in the books. */
static int is_jit(unsigned long start, unsigned long end) {
  if (!is_ours(start, end)) return 0;
  for (int at = first_ending_after(start); at < region_count && regions[at].start < end; at++)
    if (!regions[at].mark) return 0;
  return 1;
}

/* ---- Threads' ports, and the arrays that they come in ---- */
static int ports[THREADS];
static struct { unsigned long address, size; } arrays[16];

API long shim_mapped(void) {
  pthread_mutex_lock(&lock);
  long sum = booked();
  for (int i = 0; i < 16; i++) sum += arrays[i].size;
  pthread_mutex_unlock(&lock);
  return sum;
}

/* Rights to ports that were not given back. */
API int shim_ports(void) {
  int sum = 0;
  for (int i = 0; i < THREADS; i++) sum += ports[i];
  return sum;
}

/* ---- Rules on protections ---- */
static int allowed(int prot) {
  int both = (prot & WX) == WX;
  if (both && (APPLE_CPU || (HARDENED && !UNSIGNED_MEMORY))) return errno = EACCES, 0;
  return 1;
}

/* Of what is changed: which errno it is for a missing entitlement is not known. */
static int may_become(int prot) {
  if (HARDENED && !UNSIGNED_MEMORY && (prot & 4)) return errno = APPLE_CPU ? EPERM : EACCES, 0;
  return allowed(prot);
}

/* What Linux is told: memory under the switch is executable, and also writable while a thread may write. */
static int real(int prot, int jit) { return jit ? writers ? RWX : 5 : prot; }

/* ---- mmap ---- */
/* Pages that can be shown twice. They are those of a file, so that nobody takes them for memory of Linux's own backend. */
static long shared(unsigned long at, size_t size, int prot, long flags) {
  long fd = syscall(SYS_memfd_create, "macos-shim", 0);
  if (fd == -1) return -1;
  long mapped = syscall(SYS_ftruncate, fd, size);
  if (mapped != -1) mapped = syscall(SYS_mmap, at, size, prot, flags | MAP_SHARED, fd, 0);
  int error = errno;
  syscall(SYS_close, fd);
  errno = error;
  return mapped;
}

/* A hint begins a search upwards. Linux's pages are smaller than ours may be, so that there may be more room than asked for. */
static long placed(unsigned long hint, size_t size, int prot, int flags) {
  for (int attempt = 0; hint && attempt < 16; attempt++) {
    unsigned long place = first_gap((hint + PAGE - 1) & -PAGE, size);
    long mapped = place ? shared(place, size, prot, flags | MAP_FIXED_NOREPLACE) : -1;
    if (mapped != -1) return mapped;
  }
  long room = syscall(SYS_mmap, 0, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == -1) return -1;
  unsigned long start = (room + PAGE - 1) & -PAGE, end = start + size;
  if (start > (unsigned long)room) syscall(SYS_munmap, room, start - room);
  if (end < room + size + PAGE) syscall(SYS_munmap, end, room + size + PAGE - end);
  long mapped = shared(start, size, prot, flags | MAP_FIXED);
  if (mapped == -1) {
    int error = errno;
    syscall(SYS_munmap, start, size);
    errno = error;
  }
  return mapped;
}

static void *map(void *address, size_t size, int prot, int flags, int fd, int64_t offset) {
  unsigned long at = (unsigned long)address;
  int jit = !!(flags & M_JIT);
  if (!size || size > 1UL << 47) return errno = size ? ENOMEM : EINVAL, MAP_FAILED;
  size = (size + PAGE - 1) & -PAGE;
  if (flags & ~KNOWN_FLAGS) return complain(EINVAL, "mmap: flags that macOS does not know", flags, 0), MAP_FAILED;
  if (prot & ~RWX) return complain(EINVAL, "mmap: bits of prot that macOS does not know", prot, 0), MAP_FAILED;
  if (!!(flags & M_SHARED) == !!(flags & M_PRIVATE)) return complain(EINVAL, "mmap: neither or both of MAP_SHARED and MAP_PRIVATE", flags, 0), MAP_FAILED;
  if (!(flags & M_ANON)) return complain(EINVAL, "mmap: a file, which never becomes executable unless it is signed", flags, fd), MAP_FAILED;
  if (fd != -1 || offset) return complain(EINVAL, "mmap: MAP_ANON with a file or an offset", fd, offset), MAP_FAILED;
  if ((flags & M_FIXED) && (at & (PAGE - 1))) return complain(EINVAL, "mmap: a fixed address within a page", at, 0), MAP_FAILED;
  if (jit) {
    if (flags & (M_FIXED | M_SHARED)) return complain(EINVAL, "mmap: MAP_JIT that is fixed or shared", flags, 0), MAP_FAILED;
    if (!APPLE_CPU) return complain(EINVAL, "mmap: MAP_JIT on a CPU without the switch", flags, 0), MAP_FAILED;
    if (prot != RWX) return complain(EINVAL, "mmap: MAP_JIT that is not mapped RWX, of which nothing is known", prot, 0), MAP_FAILED;
    if (HARDENED && !ALLOW_JIT) return errno = JIT_DENIAL, MAP_FAILED;
  }
  if (!jit && !allowed(prot)) return MAP_FAILED;
  /* Pages must be such that they can be shown twice. */
  int linux_flags = flags & M_NORESERVE ? MAP_NORESERVE : 0;
  long mapped;
  if (flags & M_FIXED) {
    if (!is_ours(at, at + size)) return complain(EINVAL, "mmap: MAP_FIXED over memory of somebody else", at, size), MAP_FAILED;
    mapped = shared(at, size, real(prot, jit), linux_flags | MAP_FIXED);
  } else {
    mapped = placed(at, size, real(prot, jit), linux_flags);
  }
  if (kernel(mapped) == -1) return MAP_FAILED;
  note(mapped, mapped + size, prot, RWX, jit);
  return (void *)mapped;
}

static int unmap(unsigned long at, size_t size) {
  if (!size || (at & (PAGE - 1)) || (size & (PAGE - 1))) return complain(EINVAL, "munmap: not whole pages", at, size);
  if (is_nobodys(at, at + size)) return complain(EINVAL, "munmap: nothing of ours is mapped there", at, size);
  return released(at, size);
}

static int protect(unsigned long at, size_t size, int prot) {
  if (prot & ~RWX) return complain(EINVAL, "mprotect: bits that macOS does not know", prot, 0);
  if (at & (PAGE - 1)) return complain(EINVAL, "mprotect: an address within a page", at, 0);
  if (!is_ours(at, at + size)) return complain(ENOMEM, "mprotect: memory that is not mapped, or somebody else's", at, size);
  if (is_jit(at, at + size)) return errno = EACCES, -1;
  if (!may_become(prot)) return -1;
  if (!is_within_maximum(at, size, prot)) return errno = EACCES, -1;
  return protected(at, size, prot);
}

/* ---- Mach ---- */
API uint32_t mach_task_self_ = SELF;

static int wrong(const char *what, unsigned long a, unsigned long b) {
  complain(errno, what, a, b);
  return INVALID_ARGUMENT;
}

static int mach_protect(uint32_t task, uint64_t at, uint64_t size, int32_t maximum, int prot) {
  if (task != SELF) return wrong("mach_vm_protect: another task", task, 0);
  if ((at | size) & (PAGE - 1)) return wrong("mach_vm_protect: not whole pages", at, size);
  if (maximum & ~1) return wrong("mach_vm_protect: neither the maximum nor not", maximum, 0);
  if (prot & ~RWX) return wrong("mach_vm_protect: bits that Mach does not know", prot, 0);
  if (!is_ours(at, at + size)) return wrong("mach_vm_protect: somebody else's memory", at, size);
  if (!maximum && !may_become(prot)) return PROTECTION_FAILURE;
  if (!is_within_maximum(at, size, prot)) return PROTECTION_FAILURE;
  if (!maximum) return protected(at, size, prot) ? FAILURE : SUCCESS;
  cut(at);
  cut(at + size);
  for (int i = first_ending_after(at); i < region_count && regions[i].start < at + size; i++) {
    regions[i].max = prot;
    regions[i].prot &= prot;
    syscall(SYS_mprotect, regions[i].start, regions[i].end - regions[i].start, regions[i].prot);
  }
  return SUCCESS;
}

API int mach_vm_protect(uint32_t task, uint64_t at, uint64_t size, int32_t maximum, int prot) {
  pthread_mutex_lock(&lock);
  int result = fails("mach_vm_protect") ? failing_code : mach_protect(task, at, size, maximum, prot);
  pthread_mutex_unlock(&lock);
  return result;
}

static int remap(uint32_t task, uint64_t *place, uint64_t size, uint64_t mask, int flags, uint32_t from, uint64_t source, int32_t copy,
    int *current, int *maximum, uint32_t inherit) {
  if (APPLE_CPU || TRANSLATED) return wrong("mach_vm_remap: two views, where nothing is known of them", source, size);
  if (task != SELF || from != SELF) return wrong("mach_vm_remap: another task", task, from);
  if (!place || !current || !maximum) return wrong("mach_vm_remap: nowhere to answer", 0, 0);
  if (!size || ((size | source) & (PAGE - 1)) || mask) return wrong("mach_vm_remap: not whole pages, or a mask", size, mask);
  if (copy) return wrong("mach_vm_remap: a copy", copy, 0);
  if (inherit != INHERIT_NONE) return wrong("mach_vm_remap: inherited by children", inherit, 0);
  if (!is_ours(source, source + size)) return wrong("mach_vm_remap: somebody else's memory", source, size);
  long at = *place;
  if (flags == (FLAGS_FIXED | FLAGS_OVERWRITE)) {
    if ((at & (PAGE - 1)) || !is_ours(at, at + size)) return wrong("mach_vm_remap: over somebody else's memory", at, size);
  } else if (flags != FLAGS_ANYWHERE || at) {
    return wrong("mach_vm_remap: neither anywhere nor in the place of something", flags, at);
  }
  struct region original = regions[first_ending_after(source)];
  long mapped = syscall(SYS_mremap, source, 0, size, MREMAP_MAYMOVE | (at ? MREMAP_FIXED : 0), at);
  if (mapped == -1) return NO_SPACE;
  note(mapped, mapped + size, original.prot, original.max, 0);
  *place = mapped;
  *current = original.prot;
  *maximum = original.max;
  return SUCCESS;
}

API int mach_vm_remap(uint32_t task, uint64_t *place, uint64_t size, uint64_t mask, int flags, uint32_t from, uint64_t source, int32_t copy,
    int *current, int *maximum, uint32_t inherit) {
  pthread_mutex_lock(&lock);
  int result = fails("mach_vm_remap") ? failing_code
      : remap(task, place, size, mask, flags, from, source, copy, current, maximum, inherit);
  pthread_mutex_unlock(&lock);
  return result;
}

static int map_at(uint32_t task, uint64_t *place, uint64_t size, uint64_t mask, int flags, uint32_t object, uint64_t offset, int32_t copy,
    int current, int maximum, uint32_t inherit) {
  if (task != SELF) return wrong("mach_vm_map: another task", task, 0);
  if (flags != FLAGS_FIXED) return wrong("mach_vm_map: not at an address", flags, 0);
  if (object || offset || copy || mask) return wrong("mach_vm_map: an object", object, offset);
  if (current || maximum != RWX || inherit != INHERIT_COPY) return wrong("mach_vm_map: not reserved, or inherited otherwise", current, maximum);
  if (!size || ((size | *place) & (PAGE - 1))) return wrong("mach_vm_map: not whole pages", *place, size);
  long mapped = shared(*place, size, PROT_NONE, MAP_NORESERVE | MAP_FIXED_NOREPLACE);
  if (mapped == -1) return errno == EEXIST ? NO_SPACE : INVALID_ADDRESS;
  note(mapped, mapped + size, PROT_NONE, maximum, 0);
  return SUCCESS;
}

API int mach_vm_map(uint32_t task, uint64_t *place, uint64_t size, uint64_t mask, int flags, uint32_t object, uint64_t offset, int32_t copy,
    int current, int maximum, uint32_t inherit) {
  pthread_mutex_lock(&lock);
  int result = fails("mach_vm_map") ? failing_code : map_at(task, place, size, mask, flags, object, offset, copy, current, maximum, inherit);
  pthread_mutex_unlock(&lock);
  return result;
}

/* ---- Threads ---- */
static int list_threads(uint32_t task, uint32_t **list, uint32_t *count) {
  if (task != SELF) return wrong("task_threads: another task", task, 0);
  for (int i = 0; i < 16; i++) {
    if (arrays[i].size) continue;
    long mapped = syscall(SYS_mmap, 0, PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == -1) return NO_SPACE;
    arrays[i].address = mapped;
    arrays[i].size = PAGE;
    *list = (uint32_t *)mapped;
    *count = THREADS;
    for (int thread = 0; thread < THREADS; thread++) {
      (*list)[thread] = FIRST_PORT + 4 * thread;
      ports[thread]++;
    }
    return SUCCESS;
  }
  return wrong("task_threads: arrays are not given back", 16, 0);
}

API int task_threads(uint32_t task, uint32_t **list, uint32_t *count) {
  pthread_mutex_lock(&lock);
  int result = fails("task_threads") ? failing_code : list_threads(task, list, count);
  pthread_mutex_unlock(&lock);
  return result;
}

static int *port(uint32_t name) {
  unsigned index = (name - FIRST_PORT) / 4;
  return (name - FIRST_PORT) % 4 || index >= THREADS || !ports[index] ? 0 : ports + index;
}

#if !defined(OLD)
/* The first thread has always ended meanwhile. */
API int thread_get_register_pointer_values(uint32_t thread, uintptr_t *stack, size_t *count, uintptr_t *values) {
  pthread_mutex_lock(&lock);
  int result = SUCCESS;
  if (fails("thread_get_register_pointer_values")) {
    result = failing_code;
  } else if (!port(thread) || !stack || !count || !values) {
    result = wrong("thread_get_register_pointer_values: no thread, or nowhere to answer", thread, 0);
  } else if (*count < 33) {
    *count = 33;
    result = 52;
  } else if (thread == FIRST_PORT) {
    result = 37;
  } else {
    *count = 33;
    *stack = (uintptr_t)&result;
    memset(values, 0, 33 * sizeof *values);
    syscall(SYS_membarrier, 64, 0, 0);
    syscall(SYS_membarrier, 32, 0, 0);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

#endif

API int mach_port_deallocate(uint32_t task, uint32_t name) {
  pthread_mutex_lock(&lock);
  int result = SUCCESS;
  if (fails("mach_port_deallocate")) {
    result = failing_code;
  } else if (task != SELF || !port(name)) {
    complain(errno, "mach_port_deallocate: no right of ours", task, name);
    result = INVALID_NAME;
  } else {
    --*port(name);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

API int mach_vm_deallocate(uint32_t task, uint64_t address, uint64_t size) {
  pthread_mutex_lock(&lock);
  int result = INVALID_ADDRESS, index = 0;
  while (index < 16 && !(arrays[index].size && arrays[index].address == address)) index++;
  if (fails("mach_vm_deallocate")) {
    result = failing_code;
  } else if (task != SELF || index == 16 || size != THREADS * sizeof(uint32_t)) {
    result = wrong("mach_vm_deallocate: not what was given", address, size);
  } else {
    syscall(SYS_munmap, address, arrays[index].size);
    arrays[index].size = 0;
    result = SUCCESS;
  }
  pthread_mutex_unlock(&lock);
  return result;
}

/* ---- The write switch ---- */
#if !defined(OLD)
static void protect_all_jit(void) {
  for (int i = 0; i < region_count; i++)
    if (regions[i].mark) syscall(SYS_mprotect, regions[i].start, regions[i].end - regions[i].start, real(RWX, 1));
}

API void pthread_jit_write_protect_np(int enabled) {
  pthread_mutex_lock(&lock);
  if (!APPLE_CPU || ALLOWLIST) complain(errno, "SIGTRAP: the write switch, which this process may not turn", enabled, 0);
  if (enabled != 0 && enabled != 1) complain(errno, "pthread_jit_write_protect_np: neither 0 nor 1", (unsigned)enabled, 0);
  int on = !enabled;
  if (on == writing) complain(errno, "pthread_jit_write_protect_np: it stands so already", enabled, 0);
  if (on != writing) {
    writing = on;
    if (on) flushed_size = 0;
    writers += on ? 1 : -1;
    switches += on;
    if (writers == on) protect_all_jit();
  }
  pthread_mutex_unlock(&lock);
}

API int pthread_jit_write_protect_supported_np(void) { return APPLE_CPU; }
#endif

API void sys_icache_invalidate(void *start, size_t size) {
  pthread_mutex_lock(&lock);
  if (!is_ours((unsigned long)start, (unsigned long)start + size))
    complain(errno, "sys_icache_invalidate: somebody else's memory", (unsigned long)start, size);
  if (writing) {
    flushed_start = (unsigned long)start;
    flushed_size = size;
  }
  pthread_mutex_unlock(&lock);
#if defined(__aarch64__)
  __builtin___clear_cache((char *)start, (char *)start + size);
#endif
}

/*
 * What WriteThunk's machine code does, for JVMs on another CPU than AArch64: the code at an address of which the caller knows that
 * it is that code.
 */
API void shim_thunk(unsigned long code, void *target, const void *source, size_t size, void (*protect)(int), void (*invalidate)(void *, size_t)) {
  unsigned long at = (unsigned long)target;
  pthread_mutex_lock(&lock);
  int index = first_ending_after(code);
  if (index == region_count || regions[index].start > code || regions[index].prot != 5 || regions[index].mark)
    complain(errno, "SIGBUS: the code that turns the switch is not in ordinary executable memory", code, 0);
  pthread_mutex_unlock(&lock);
  protect(0);
  pthread_mutex_lock(&lock);
  int may = writing && is_jit(at, at + size);
  if (!may) complain(errno, "SIGBUS: a write to memory that this thread may not write", at, size);
  pthread_mutex_unlock(&lock);
  if (may) memcpy(target, source, size);
  invalidate(target, size);
  protect(1);
}

/* Calls code as int f(void); memory under the switch only if this thread's switch allows it. */
API int shim_execute(int (*code)(void)) {
  if (writing) return complain(errno, "SIGBUS: execution by a thread that may write", (unsigned long)code, 0);
  return code();
}

/* ---- Signatures and settings ---- */
static int answer(const void *text, size_t size, void *buffer, size_t room) {
  unsigned char head[8] = {0xfa, 0xde, 0x71, 0x71, (size + 8) >> 24, (size + 8) >> 16, (size + 8) >> 8, size + 8};
  if (room < 8) return complain(M_ERANGE, "csops: less than a head", room, 0);
  memcpy(buffer, head, 8);
  if (room < size + 8) return errno = M_ERANGE, -1;
  memcpy((char *)buffer + 8, text, size);
  return 0;
}

API int csops(int process, unsigned operation, void *buffer, size_t room) {
  static const char text[] = "<?xml version=\"1.0\"?><plist><dict>"
#if ALLOW_JIT
      "<key>com.apple.security.cs.allow-jit</key><true/>"
#endif
#if UNSIGNED_MEMORY
      "<key>com.apple.security.cs.allow-unsigned-executable-memory</key>\n\t<true/>"
#endif
#if ALLOWLIST
      "<key>com.apple.security.cs.jit-write-allowlist</key><true/>"
#else
      "<key>com.apple.security.cs.jit-write-allowlist</key><false/>"
#endif
      "</dict></plist>";
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("csops")) {
  } else if (process != (int)syscall(SYS_getpid)) {
    complain(EINVAL, "csops: another process", process, 0);
  } else if (operation == OPS_STATUS && room == 4) {
    *(uint32_t *)buffer = CS_VALID | (HARDENED ? CS_RUNTIME : 0);
    result = 0;
  } else if (operation == OPS_ENTITLEMENTS) {
    result = answer(text, sizeof text - 1, buffer, room);
  } else {
    complain(EINVAL, "csops: an operation that nobody wants here", operation, room);
  }
  pthread_mutex_unlock(&lock);
  return result;
}

API int sysctlbyname(const char *name, void *old, size_t *old_size, const void *new, size_t new_size) {
  pthread_mutex_lock(&lock);
  int result = -1;
  if (fails("sysctlbyname")) {
  } else if (new || new_size) {
    complain(EPERM, "sysctlbyname: something is set", new_size, 0);
  } else if (strcmp(name, "sysctl.proc_translated") || !(APPLE_CPU || TRANSLATED)) {
    errno = ENOENT;
  } else if (*old_size != sizeof(int)) {
    complain(EINVAL, "sysctlbyname: not an int", *old_size, 0);
  } else {
    *(int *)old = TRANSLATED;
    result = 0;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
