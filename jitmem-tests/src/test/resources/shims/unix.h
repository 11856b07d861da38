/*
 * Test only: what the shims of this directory share. A shim includes it when it has said what its PAGE is; it finds here the
 * books of what is mapped, the complaints, calls that fail when a test wants it, and the calls mmap, munmap, mprotect and
 * getpagesize, whose rules the shim has: the functions that are declared below and not defined.
 *
 * One lock guards all of it, and whatever else a shim keeps. Linux's calls are made by their numbers, since the names are ours.
 */
#define _GNU_SOURCE
#include <asm/mman.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define API __attribute__((visibility("default")))
#define MAP_FAILED ((void *)-1)
#define RWX 7
extern long syscall(long, ...);

/* ---- What a shim defines ---- */

/* The system's errno value for one of Linux's. */
static int translated(int error);
/* Whether a function takes something back: such a call fails only if it is meant by its name. */
static int takes_back(const char *function);
/* Complains if the calling thread may not make a call now. */
static void look_at_caller(void);
/* The rules of three calls, by what they answer. */
static void *map(void *address, size_t size, int prot, int flags, int fd, int64_t offset);
static int unmap(unsigned long at, size_t size);
static int protect(unsigned long at, size_t size, int prot);

/* ---- What the tests may ask and set ---- */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char complaint[400];
static char failing[48];
static int failing_index = -2, failing_code, counted;

/* What was asked for that the system would not take, or would punish, if there was anything; the first of it. */
API const char *shim_complaint(void) { return complaint; }

API void shim_forgive(void) { complaint[0] = 0; }

/* Makes calls fail from now on: of one function, or of all that may fail if it is empty; that of an index, or all if it is -1; none if it is -2. */
API void shim_fail(const char *function, int index, int code) {
  pthread_mutex_lock(&lock);
  strncpy(failing, function, sizeof failing - 1);
  failing_index = index;
  failing_code = code;
  counted = 0;
  pthread_mutex_unlock(&lock);
}

/* How many calls were made since then, of those that shim_fail counts. */
API int shim_counted(void) { return counted; }

static int complain(int error, const char *what, unsigned long a, unsigned long b) {
  if (!complaint[0]) snprintf(complaint, sizeof complaint, "%s (0x%lx, 0x%lx)", what, a, b);
  errno = error;
  return -1;
}

/* Whether a call is to fail, with errno set; asked once by each. */
static int fails(const char *name) {
  look_at_caller();
  int is_any = !failing[0] && !takes_back(name);
  if (failing_index == -2) {
    if (is_any) counted++;
    return 0;
  }
  if (!is_any && strcmp(failing, name)) return 0;
  int index = counted++;
  if (failing_index != -1 && failing_index != index) return 0;
  errno = failing_code;
  return 1;
}

/* What a call of Linux's answered, with the system's errno. */
static long kernel(long result) {
  if (result == -1) errno = translated(errno);
  return result;
}

/* ---- The books: what is mapped through us, with its protection, its maximum and a mark of the shim's, sorted. ---- */
struct region { unsigned long start, end; int prot, max, mark, mapping; };
static struct region regions[1 << 16];
static int region_count, mappings;

static int first_ending_after(unsigned long address) {
  int low = 0, high = region_count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (regions[middle].end > address) high = middle; else low = middle + 1;
  }
  return low;
}

static void insert(int at, struct region region) {
  memmove(regions + at + 1, regions + at, (region_count - at) * sizeof region);
  regions[at] = region;
  region_count++;
}

static void cut(unsigned long address) {
  int at = first_ending_after(address);
  if (at < region_count && regions[at].start < address) {
    struct region upper = regions[at];
    regions[at].end = upper.start = address;
    insert(at + 1, upper);
  }
}

static void forget(unsigned long start, unsigned long end) {
  cut(start);
  cut(end);
  int from = first_ending_after(start), to = from;
  while (to < region_count && regions[to].start < end) to++;
  memmove(regions + from, regions + to, (region_count - to) * sizeof *regions);
  region_count -= to - from;
}

static void note(unsigned long start, unsigned long end, int prot, int max, int mark) {
  forget(start, end);
  insert(first_ending_after(start), (struct region){start, end, prot, max, mark, ++mappings});
}

/* Whether all of a range is mapped through us. */
static int is_ours(unsigned long start, unsigned long end) {
  for (int at = first_ending_after(start); at < region_count && regions[at].start <= start; at++) {
    start = regions[at].end;
    if (start >= end) return 1;
  }
  return 0;
}

/* Whether nothing of a range is. */
static inline int is_nobodys(unsigned long start, unsigned long end) {
  int at = first_ending_after(start);
  return at == region_count || regions[at].start >= end;
}

static int is_within_maximum(unsigned long at, size_t size, int prot) {
  for (int i = first_ending_after(at); i < region_count && regions[i].start < at + size; i++)
    if (prot & ~regions[i].max) return 0;
  return 1;
}

static void join(unsigned long start, unsigned long end) {
  int at = first_ending_after(start);
  for (at = at ? at - 1 : 0; at + 1 < region_count && regions[at].start <= end;) {
    struct region *one = regions + at, *next = one + 1;
    if (one->end == next->start && one->prot == next->prot && one->max == next->max && one->mapping == next->mapping) {
      one->end = next->end;
      memmove(next, next + 1, (region_count - at - 2) * sizeof *next);
      region_count--;
    } else {
      at++;
    }
  }
}

/* How many bytes are mapped through us. */
static long booked(void) {
  long sum = 0;
  for (int i = 0; i < region_count; i++) sum += regions[i].end - regions[i].start;
  return sum;
}

/* ---- Changes of what is mapped, with the books ---- */
static int released(unsigned long at, size_t size) {
  if (kernel(syscall(SYS_munmap, at, size))) return -1;
  forget(at, at + size);
  return 0;
}

static int protected(unsigned long at, size_t size, int prot) {
  if (kernel(syscall(SYS_mprotect, at, size, prot))) return -1;
  cut(at);
  cut(at + size);
  for (int i = first_ending_after(at); i < region_count && regions[i].start < at + size; i++) regions[i].prot = prot;
  join(at, at + size);
  return 0;
}

/* The first address from one on, at a multiple of PAGE if that is, where nobody in the process has mapped anything; 0 if there is none. */
static inline unsigned long first_gap(unsigned long from, unsigned long size) {
  static char text[1 << 16];
  unsigned long place = from;
  size_t kept = 0;
  long fd = syscall(SYS_openat, -100, "/proc/self/maps", 0, 0), got;
  while (fd >= 0 && (got = syscall(SYS_read, fd, text + kept, sizeof text - 1 - kept)) > 0) {
    text[kept += got] = 0;
    char *line = text, *stop;
    for (; (stop = strchr(line, '\n')); line = stop + 1) {
      unsigned long start, end;
      if (sscanf(line, "%lx-%lx", &start, &end) == 2 && end > place) {
        if (start >= place + size) goto found;
        place = (end + PAGE - 1) & -PAGE;
      }
    }
    kept = strlen(line);
    memmove(text, line, kept);
  }
found:
  if (fd >= 0) syscall(SYS_close, fd);
  return place < 1UL << 47 ? place : 0;
}

/* ---- The calls ---- */
API void *mmap(void *address, size_t size, int prot, int flags, int fd, int64_t offset) {
  pthread_mutex_lock(&lock);
  void *mapped = fails("mmap") ? MAP_FAILED : map(address, size, prot, flags, fd, offset);
  pthread_mutex_unlock(&lock);
  return mapped;
}

API int munmap(void *address, size_t size) {
  pthread_mutex_lock(&lock);
  int result = fails("munmap") ? -1 : unmap((unsigned long)address, size);
  pthread_mutex_unlock(&lock);
  return result;
}

API int mprotect(void *address, size_t size, int prot) {
  pthread_mutex_lock(&lock);
  int result = fails("mprotect") ? -1 : protect((unsigned long)address, size, prot);
  pthread_mutex_unlock(&lock);
  return result;
}

API int getpagesize(void) { return PAGE; }
