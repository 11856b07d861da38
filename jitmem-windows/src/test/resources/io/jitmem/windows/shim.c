/*
 * Windows' memory functions over Linux's, for tests: our reading of the manuals, in C.
 *
 * Constants, argument rules and error codes are Windows'. What Windows refuses is refused here, and what it does not
 * promise is not kept: addresses are in steps of 64 KiB, memory is reserved before it is committed, sections charge what
 * is committed, a page that was reset may or may not keep its contents. Errors are left in errno, where a JVM on Linux
 * captures them. Rules are from learn.microsoft.com (memoryapi, sysinfoapi, securitybaseapi). One lock guards everything.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { PAGE = 4096, GRANULE = 65536 };
static const uint64_t LOWEST = 0x10000, HIGHEST = 0x7ffffffeffffULL;

enum { PAGE_NOACCESS = 1, PAGE_READONLY = 2, PAGE_READWRITE = 4, PAGE_EXECUTE = 0x10, PAGE_EXECUTE_READ = 0x20, PAGE_EXECUTE_READWRITE = 0x40,
  PAGE_TARGETS_INVALID = 0x40000000, PAGE_TARGETS_NO_UPDATE = 0x40000000 };
enum { MEM_COMMIT = 0x1000, MEM_RESERVE = 0x2000, MEM_DECOMMIT = 0x4000, MEM_REPLACE_PLACEHOLDER = 0x4000, MEM_RELEASE = 0x8000,
  MEM_FREE = 0x10000, MEM_PRIVATE = 0x20000, MEM_MAPPED = 0x40000, MEM_RESERVE_PLACEHOLDER = 0x40000, MEM_RESET = 0x80000,
  MEM_LARGE_PAGES = 0x20000000, COALESCE = 1, PRESERVE = 2 };
enum { SEC_RESERVE = 0x4000000, SEC_COMMIT = 0x8000000 };
#define SEC_LARGE_PAGES 0x80000000u
enum { FILE_MAP_WRITE = 2, FILE_MAP_READ = 4, FILE_MAP_EXECUTE = 0x20, FILE_MAP_LARGE_PAGES = 0x20000000,
  FILE_MAP_TARGETS_INVALID = 0x40000000 };
enum { ACCESS_DENIED = 5, INVALID_HANDLE = 6, NOT_ENOUGH_MEMORY = 8, BAD_LENGTH = 24, INVALID_PARAMETER = 87, INVALID_ADDRESS = 487,
  NOACCESS = 998, MAPPED_ALIGNMENT = 1132, NOT_ALL_ASSIGNED = 1300, NO_SUCH_PRIVILEGE = 1313, PRIVILEGE_NOT_HELD = 1314,
  COMMITMENT_LIMIT = 1455, DYNAMIC_CODE_BLOCKED = 1655 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- What a test sets ---- */

enum { ACG, PRIVILEGE, COMMIT_LIMIT, LARGE_PAGE, PLACEHOLDERS, CFG, BOUNDS, MACHINE, TARGETS_IN_VIEWS, SETTINGS };
static long settings[SETTINGS] = {0, 0, 1L << 40, 2 << 20, 1, 0, 1, 0x8664, 1};
static int privilege_enabled;

/* ---- Sections, tokens and their handles ---- */

enum { NO_HANDLE, SECTION_HANDLE, TOKEN_HANDLE };
struct section { int file; uint64_t size; uint32_t page, attributes; uint8_t *committed; int references; };
struct handle { int kind; struct section *section; uint32_t access; };
enum { MOST_HANDLES = 4096 };
static struct handle handles[MOST_HANDLES];
static long charge;

static void drop(struct section *s) {
  if (--s->references > 0) return;
  for (uint64_t i = 0; i < s->size / PAGE; i++) charge -= s->committed[i] ? PAGE : 0;
  close(s->file);
  free(s->committed);
  free(s);
}

static int64_t new_handle(int kind) {
  for (int i = 1; i < MOST_HANDLES; i++) {
    if (handles[i].kind == NO_HANDLE) {
      handles[i] = (struct handle){.kind = kind};
      return 4 * i;
    }
  }
  return 0;
}

static struct handle *handle_of(int64_t h, int kind) {
  return h > 0 && h % 4 == 0 && h / 4 < MOST_HANDLES && handles[h / 4].kind == kind ? &handles[h / 4] : NULL;
}

/* ---- Regions: what one call has reserved or mapped, in the order of their addresses ---- */

enum { PLACEHOLDER, PRIVATE, VIEW };
/* Where checked calls may enter a page: nowhere before it was executable; 16 bytes each. A page that was not executable
   when it was committed has no list of its own (MicrosoftDocs/sdk-api, issue 442), though it may be called anywhere. */
struct targets { uint8_t listed; uint64_t valid[PAGE / 16 / 64]; };
struct region {
  uint64_t base, size;
  int kind, was_placeholder, large;
  uint32_t allocation_page; /* with PAGE_TARGETS_INVALID of a view that was mapped so */
  uint8_t *page; /* the protection of each page, or 0 if it is not committed */
  struct targets *targets; /* of each page */
  struct section *section;
  uint64_t offset;
};
static struct region *regions;
static int count, room;

static int index_above(uint64_t a) {
  int low = 0, high = count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (regions[middle].base > a) high = middle; else low = middle + 1;
  }
  return low;
}

static struct region *region_at(uint64_t a) {
  int i = index_above(a);
  return i > 0 && a - regions[i - 1].base < regions[i - 1].size ? &regions[i - 1] : NULL;
}

static struct region *insert(struct region r) {
  if (count == room) {
    room = room ? 2 * room : 64;
    regions = realloc(regions, room * sizeof *regions);
  }
  int i = index_above(r.base);
  memmove(regions + i + 1, regions + i, (count - i) * sizeof *regions);
  count++;
  regions[i] = r;
  return regions + i;
}

static void removed(struct region *r) {
  free(r->page);
  free(r->targets);
  count--;
  memmove(r, r + 1, (regions + count - r) * sizeof *r);
}

static struct region with_pages(struct region r) {
  r.page = calloc(r.size / PAGE, 1);
  r.targets = calloc(r.size / PAGE, sizeof *r.targets);
  return r;
}

static struct region placeholder(uint64_t base, uint64_t size) {
  return with_pages((struct region){.base = base, .size = size, .kind = PLACEHOLDER, .was_placeholder = 1, .allocation_page = PAGE_NOACCESS});
}

/* ---- Answers ---- */

static int64_t fail(int code) { errno = code; return 0; }
static int64_t leave(int64_t result) { int code = errno; pthread_mutex_unlock(&lock); errno = code; return result; }
#define ENTER pthread_mutex_lock(&lock)
#define FAIL(code) return leave(fail(code))

/* ---- Protections ---- */

/* -1 for what is no protection; the targets are of executable pages only. */
static int linux_prot(uint32_t page) {
  if ((page & PAGE_TARGETS_INVALID) && (page & 0xff) >= PAGE_EXECUTE) page &= 0xff;
  switch (page) {
    case PAGE_NOACCESS: return PROT_NONE;
    case PAGE_READONLY: return PROT_READ;
    case PAGE_READWRITE: return PROT_READ | PROT_WRITE;
    case PAGE_EXECUTE: return PROT_EXEC;
    case PAGE_EXECUTE_READ: return PROT_READ | PROT_EXEC;
    case PAGE_EXECUTE_READWRITE: return PROT_READ | PROT_WRITE | PROT_EXEC;
    default: return -1;
  }
}

static int executable(uint32_t page) { return (page & 0xff) >= PAGE_EXECUTE; }
static int forbidden(uint32_t page) { return settings[ACG] && executable(page); }
static uint64_t up(uint64_t n, uint64_t unit) { return (n + unit - 1) / unit * unit; }
static int beyond(uint64_t a, uint64_t n) { return n > HIGHEST || a > HIGHEST - n + 1; }

/* ---- Address space ---- */

static int next_mapping(FILE *maps, uint64_t *from, uint64_t *to) {
  char line[4096];
  return fgets(line, sizeof line, maps) && sscanf(line, "%lx-%lx", from, to) == 2;
}

/* The lowest place for n bytes within bounds, or 0. */
static uint64_t lowest_gap(uint64_t from, uint64_t to, uint64_t n, uint64_t unit) {
  FILE *maps = fopen("/proc/self/maps", "r");
  uint64_t free_from = from, start, end, found = 0;
  while (!found && free_from < to && next_mapping(maps, &start, &end)) {
    uint64_t a = up(free_from, unit);
    if (start >= n && a <= start - n && a + n <= to) found = a;
    if (end > free_from) free_from = end;
  }
  fclose(maps);
  return found;
}

static uint64_t map_at(uint64_t a, uint64_t n) {
  void *p = mmap((void *)a, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  return p == MAP_FAILED ? 0 : a;
}

static uint64_t map_within(uint64_t from, uint64_t to, uint64_t n, uint64_t unit) {
  for (int i = 0; i < 100; i++) {
    uint64_t a = lowest_gap(from, to, n, unit);
    if (!a || map_at(a, n)) return a;
  }
  return 0;
}

static uint64_t map_anywhere(uint64_t n, uint64_t unit) {
  uint8_t *p = mmap(NULL, n + unit, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return 0;
  uint64_t start = (uint64_t)p, a = up(start, unit), end = up(n, PAGE) + a;
  if (a > start) munmap(p, a - start);
  if (start + n + unit > end) munmap((void *)end, up(start + n + unit, PAGE) - end);
  return a;
}

static void make_unreachable(uint64_t a, uint64_t n) {
  mmap((void *)a, n, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

/* ---- Committing ---- */

static int charged(uint64_t bytes) {
  if (charge + (long)bytes > settings[COMMIT_LIMIT]) return 0;
  charge += bytes;
  return 1;
}

static int view_allows(struct region *r, uint32_t page) { return (linux_prot(page) & ~linux_prot(r->allocation_page)) == 0; }

/* What becomes of the targets when pages are committed, mapped or, by VirtualProtect, changed. */
static void retarget(struct region *r, uint64_t first, uint64_t pages, uint32_t page, int changed) {
  for (uint64_t i = first; i < first + pages; i++) {
    if (!changed) r->targets[i].listed = executable(page);
    if (!changed && !executable(page)) memset(r->targets[i].valid, 0, sizeof r->targets[i].valid);
    if (!executable(page) || (changed && page & PAGE_TARGETS_NO_UPDATE)) continue;
    memset(r->targets[i].valid, page & PAGE_TARGETS_INVALID ? 0 : 0xff, sizeof r->targets[i].valid);
  }
}

/* Every view of a section sees pages that were committed through one of them. */
static void show(struct section *s, uint64_t first, uint64_t pages) {
  for (struct region *r = regions; r < regions + count; r++) {
    if (r->kind != VIEW || r->section != s) continue;
    uint64_t skipped = r->offset / PAGE, in_view = r->size / PAGE;
    for (uint64_t p = first; p < first + pages; p++) {
      if (p < skipped || p - skipped >= in_view || r->page[p - skipped]) continue;
      r->page[p - skipped] = r->allocation_page & 0xff;
      retarget(r, p - skipped, 1, r->allocation_page, 0);
      mprotect((void *)(r->base + (p - skipped) * PAGE), PAGE, linux_prot(r->allocation_page));
    }
  }
}

static int64_t commit(struct region *r, uint64_t a, uint64_t n, uint32_t page) {
  uint64_t first = (a - r->base) / PAGE, pages = n / PAGE, more = 0;
  if (r->kind == VIEW && !view_allows(r, page)) return fail(INVALID_PARAMETER);
  uint8_t *taken = r->kind == VIEW ? r->section->committed + r->offset / PAGE : r->page;
  for (uint64_t i = first; i < first + pages; i++) more += !taken[i];
  if (!charged(more * PAGE)) return fail(COMMITMENT_LIMIT);
  if (r->kind == VIEW) {
    memset(taken + first, 1, pages);
    show(r->section, r->offset / PAGE + first, pages);
  }
  if (mprotect((void *)a, n, linux_prot(page))) {
    charge -= r->kind == VIEW ? 0 : more * PAGE;
    return fail(NOT_ENOUGH_MEMORY);
  }
  memset(r->page + first, page & 0xff, pages);
  retarget(r, first, pages, page, 0);
  return a;
}

static int64_t reserve(uint64_t a, uint64_t n, uint32_t type, uint32_t page, uint64_t from, uint64_t to) {
  int large = (type & MEM_LARGE_PAGES) != 0;
  uint64_t unit = large ? (uint64_t)settings[LARGE_PAGE] : GRANULE, got;
  if (large) {
    if (!unit || n % unit || !(type & MEM_COMMIT) || !(type & MEM_RESERVE)) return fail(INVALID_PARAMETER);
    if (!privilege_enabled) return fail(PRIVILEGE_NOT_HELD);
  }
  if ((type & MEM_COMMIT) && charge + (long)n > settings[COMMIT_LIMIT]) return fail(COMMITMENT_LIMIT);
  if (a) {
    uint64_t base = a / GRANULE * GRANULE;
    n = up(a + n - base, PAGE);
    if (base < LOWEST || beyond(base, n)) return fail(INVALID_PARAMETER);
    got = map_at(base, n);
    if (!got) return fail(INVALID_ADDRESS);
  } else {
    got = to ? map_within(from, to, n, unit) : map_anywhere(n, unit);
    if (!got) return fail(NOT_ENOUGH_MEMORY);
  }
  struct region *r = insert(with_pages((struct region){.base = got, .size = n, .kind = PRIVATE, .large = large, .allocation_page = page}));
  if (type & MEM_RESERVE_PLACEHOLDER) r->kind = PLACEHOLDER, r->was_placeholder = 1;
  return type & MEM_COMMIT ? commit(r, got, n, page) : (int64_t)got;
}

/* Widens a range to whole pages; NULL unless they were reserved by one call. */
static struct region *reserved_range(uint64_t *a, uint64_t *n) {
  uint64_t start = *a / PAGE * PAGE, end = up(*a + *n, PAGE);
  struct region *r = region_at(start);
  if (!r || end > r->base + r->size || r->kind == PLACEHOLDER) return NULL;
  *a = start;
  *n = end - start;
  return r;
}

static int is_committed(struct region *r, uint64_t a, uint64_t n) {
  for (uint64_t i = (a - r->base) / PAGE; i < (a - r->base + n) / PAGE; i++) if (!r->page[i]) return 0;
  return 1;
}

/* Every second page is dropped, the others are kept: both may happen. */
static int64_t reset(uint64_t a, uint64_t n) {
  struct region *r = reserved_range(&a, &n);
  if (!r || !is_committed(r, a, n)) return fail(INVALID_ADDRESS);
  for (uint64_t p = a; r->kind == PRIVATE && p < a + n; p += 2 * PAGE) madvise((void *)p, PAGE, MADV_DONTNEED);
  return a;
}

static int64_t allocate(uint64_t a, uint64_t n, uint32_t type, uint32_t page, uint64_t from, uint64_t to) {
  const uint32_t known = MEM_COMMIT | MEM_RESERVE | MEM_LARGE_PAGES | MEM_RESERVE_PLACEHOLDER;
  if (!n || linux_prot(page) < 0 || beyond(a, n)) return fail(INVALID_PARAMETER);
  if (type == MEM_RESET) return reset(a, n);
  if (type & ~known || !(type & (MEM_COMMIT | MEM_RESERVE))) return fail(INVALID_PARAMETER);
  if ((type & MEM_RESERVE_PLACEHOLDER) && (type != (MEM_RESERVE | MEM_RESERVE_PLACEHOLDER) || page != PAGE_NOACCESS || n % PAGE)) return fail(INVALID_PARAMETER);
  if (forbidden(page)) return fail(DYNAMIC_CODE_BLOCKED);
  if (type & MEM_RESERVE || !a) return reserve(a, a ? n : up(n, PAGE), type, page, from, to);
  struct region *r = reserved_range(&a, &n);
  return r ? commit(r, a, n, page) : fail(INVALID_ADDRESS);
}

EXPORT int64_t VirtualAlloc(uint64_t a, uint64_t n, uint32_t type, uint32_t page) {
  ENTER;
  if (type & MEM_RESERVE_PLACEHOLDER) FAIL(INVALID_PARAMETER);
  return leave(allocate(a, n, type, page, 0, 0));
}

static int64_t replace(uint64_t a, uint64_t n, uint32_t type, uint32_t page) {
  struct region *r = region_at(a);
  if (linux_prot(page) < 0 || !(type & MEM_RESERVE) || !n) return fail(INVALID_PARAMETER);
  if (!r || r->kind != PLACEHOLDER || r->base != a || r->size != n) return fail(INVALID_ADDRESS);
  if (forbidden(page)) return fail(DYNAMIC_CODE_BLOCKED);
  r->kind = PRIVATE;
  r->allocation_page = page;
  if (!(type & MEM_COMMIT)) return a;
  int64_t done = commit(r, a, n, page);
  if (!done) r->kind = PLACEHOLDER;
  return done;
}

EXPORT int64_t VirtualAlloc2(int64_t process, uint64_t a, uint64_t n, uint32_t type, uint32_t page, const uint64_t *parameter, uint32_t parameters) {
  ENTER;
  if (process != -1 && process != 0) FAIL(INVALID_HANDLE);
  if (!settings[PLACEHOLDERS] && (type & (MEM_REPLACE_PLACEHOLDER | MEM_RESERVE_PLACEHOLDER))) FAIL(INVALID_PARAMETER);
  if (type & MEM_REPLACE_PLACEHOLDER) {
    if (parameters) FAIL(INVALID_PARAMETER);
    return leave(replace(a, n, type & ~MEM_REPLACE_PLACEHOLDER, page));
  }
  if (!parameters) {
    if (parameter) FAIL(INVALID_PARAMETER);
    return leave(allocate(a, n, type, page, 0, 0));
  }
  if (parameters != 1 || !parameter || (parameter[0] & 0xff) != 1 || !parameter[1] || a) FAIL(INVALID_PARAMETER);
  const uint64_t *bounds = (const uint64_t *)parameter[1];
  uint64_t from = bounds[0], to = bounds[1] + 1;
  if (from % GRANULE || to % GRANULE || bounds[1] > HIGHEST || bounds[2] || from >= to) FAIL(INVALID_PARAMETER);
  /* As wine 8 does it: the bounds are taken and ignored. */
  if (!settings[BOUNDS]) return leave(allocate(a, n, type, page, 0, 0));
  return leave(allocate(a, n, type, page, from < LOWEST ? LOWEST : from, to));
}

/* ---- Freeing ---- */

static void uncommit(struct region *r, uint64_t a, uint64_t n) {
  for (uint64_t i = (a - r->base) / PAGE; i < (a - r->base + n) / PAGE; i++) {
    charge -= r->kind == PRIVATE && r->page[i] ? PAGE : 0;
    r->page[i] = 0;
  }
}

static int64_t split(struct region *r, uint64_t a, uint64_t n) {
  uint64_t borders[] = {r->base, a, a + n, r->base + r->size};
  if (!n || a % PAGE || n % PAGE || a + n > borders[3] || n == r->size) return fail(INVALID_PARAMETER);
  removed(r);
  for (int i = 0; i < 3; i++) if (borders[i] < borders[i + 1]) insert(placeholder(borders[i], borders[i + 1] - borders[i]));
  return 1;
}

static int64_t coalesce(uint64_t a, uint64_t n) {
  int joined = 0;
  for (uint64_t at = a; at < a + n; joined++) {
    struct region *r = region_at(at);
    if (!r || r->kind != PLACEHOLDER || r->base != at || r->base + r->size > a + n) return fail(INVALID_ADDRESS);
    at += r->size;
  }
  if (joined < 2) return fail(INVALID_ADDRESS);
  for (uint64_t at = a; at < a + n; ) {
    struct region *r = region_at(at);
    at += r->size;
    removed(r);
  }
  insert(placeholder(a, n));
  return 1;
}

/* What has replaced a placeholder becomes one again, as a whole. */
static void put_back(struct region *r) {
  uncommit(r, r->base, r->size);
  make_unreachable(r->base, r->size);
  r->kind = PLACEHOLDER;
  r->allocation_page = PAGE_NOACCESS;
}

static int64_t preserve(uint64_t a, uint64_t n) {
  struct region *r = region_at(a);
  if (!r) return fail(INVALID_ADDRESS);
  if (r->kind == PLACEHOLDER) return split(r, a, n);
  if (r->kind != PRIVATE || !r->was_placeholder || r->base != a || r->size != n) return fail(INVALID_PARAMETER);
  put_back(r);
  return 1;
}

static int64_t release(uint64_t a, uint64_t n) {
  struct region *r = region_at(a);
  if (n) return fail(INVALID_PARAMETER);
  if (!r || r->base != a) return fail(INVALID_ADDRESS);
  if (r->kind == VIEW) return fail(INVALID_PARAMETER);
  uncommit(r, r->base, r->size);
  munmap((void *)r->base, r->size);
  removed(r);
  return 1;
}

static int64_t decommit(uint64_t a, uint64_t n) {
  struct region *r = reserved_range(&a, &n);
  if (!r) return fail(INVALID_ADDRESS);
  if (r->kind == VIEW || r->large || !n) return fail(INVALID_PARAMETER);
  uncommit(r, a, n);
  make_unreachable(a, n);
  return 1;
}

EXPORT int32_t VirtualFree(uint64_t a, uint64_t n, uint32_t type) {
  ENTER;
  if (beyond(a, n)) FAIL(INVALID_PARAMETER);
  switch (type) {
    case MEM_RELEASE: return leave(release(a, n));
    case MEM_DECOMMIT: return leave(decommit(a, n));
    case MEM_RELEASE | PRESERVE: return leave(settings[PLACEHOLDERS] ? preserve(a, n) : fail(INVALID_PARAMETER));
    case MEM_RELEASE | COALESCE: return leave(settings[PLACEHOLDERS] ? coalesce(a, n) : fail(INVALID_PARAMETER));
    default: FAIL(INVALID_PARAMETER);
  }
}

EXPORT int32_t VirtualProtect(uint64_t a, uint64_t n, uint32_t page, uint32_t *old) {
  ENTER;
  if (linux_prot(page) < 0 || !n || beyond(a, n)) FAIL(INVALID_PARAMETER);
  if (!old) FAIL(NOACCESS);
  struct region *r = reserved_range(&a, &n);
  if (!r || !is_committed(r, a, n)) FAIL(INVALID_ADDRESS);
  if (forbidden(page)) FAIL(DYNAMIC_CODE_BLOCKED);
  if (r->kind == VIEW && !view_allows(r, page)) FAIL(INVALID_PARAMETER);
  if (mprotect((void *)a, n, linux_prot(page))) FAIL(NOT_ENOUGH_MEMORY);
  *old = r->page[(a - r->base) / PAGE];
  memset(r->page + (a - r->base) / PAGE, page & 0xff, n / PAGE);
  retarget(r, (a - r->base) / PAGE, n / PAGE, page, 1);
  return leave(1);
}

struct information { uint64_t base, allocation_base; uint32_t allocation_page; uint16_t partition, unused; uint64_t size; uint32_t state, page, type, padding; };

static void describe(struct region *r, uint64_t a, struct information *out) {
  uint64_t first = (a - r->base) / PAGE, pages = r->size / PAGE, i = first;
  while (i < pages && r->page[i] == r->page[first]) i++;
  *out = (struct information){.base = a, .allocation_base = r->base, .allocation_page = r->allocation_page & 0xff, .size = (i - first) * PAGE,
    .state = r->page[first] ? MEM_COMMIT : MEM_RESERVE, .page = r->page[first], .type = r->kind == VIEW ? MEM_MAPPED : MEM_PRIVATE};
}

/* What this process has mapped by itself is somebody else's memory here. */
static void describe_foreign(uint64_t a, struct information *out) {
  FILE *maps = fopen("/proc/self/maps", "r");
  uint64_t start, end, from = a, to = HIGHEST + 1;
  int used = 0;
  while (next_mapping(maps, &start, &end)) {
    if (end <= a) continue;
    used = start <= a;
    to = used ? end : start;
    break;
  }
  fclose(maps);
  *out = (struct information){.base = from, .size = to - from, .state = used ? MEM_COMMIT : MEM_FREE, .page = used ? PAGE_READONLY : PAGE_NOACCESS, .type = used ? MEM_PRIVATE : 0};
}

EXPORT uint64_t VirtualQuery(uint64_t a, struct information *out, uint64_t size) {
  ENTER;
  if (size < sizeof *out) FAIL(BAD_LENGTH);
  if (a > HIGHEST) FAIL(INVALID_PARAMETER);
  a = a / PAGE * PAGE;
  struct region *r = region_at(a);
  if (r) describe(r, a, out); else describe_foreign(a, out);
  return leave(sizeof *out);
}

/* ---- Sections and views ---- */

EXPORT int64_t CreateFileMappingW(int64_t file, const void *security, uint32_t page, uint32_t high, uint32_t low, const uint16_t *name) {
  ENTER;
  uint32_t attributes = page & ~0xffu, protection = page & 0xff;
  uint64_t size = (uint64_t)high << 32 | low;
  int large = (attributes & SEC_LARGE_PAGES) != 0;
  if (file != -1) FAIL(INVALID_HANDLE);
  if (security || name || !size || beyond(0, size)) FAIL(INVALID_PARAMETER);
  if (protection != PAGE_READONLY && protection != PAGE_READWRITE && protection != PAGE_EXECUTE_READ && protection != PAGE_EXECUTE_READWRITE) FAIL(INVALID_PARAMETER);
  if (attributes & ~(SEC_RESERVE | SEC_COMMIT | SEC_LARGE_PAGES) || (attributes & SEC_RESERVE && attributes & SEC_COMMIT)) FAIL(INVALID_PARAMETER);
  if (large && (!(attributes & SEC_COMMIT) || !settings[LARGE_PAGE] || size % settings[LARGE_PAGE])) FAIL(INVALID_PARAMETER);
  if (large && !privilege_enabled) FAIL(PRIVILEGE_NOT_HELD);
  size = up(size, PAGE);
  int at_once = !(attributes & SEC_RESERVE);
  if (at_once && !charged(size)) FAIL(COMMITMENT_LIMIT);
  int64_t h = new_handle(SECTION_HANDLE);
  struct section *s = malloc(sizeof *s);
  *s = (struct section){.file = memfd_create("section", MFD_CLOEXEC), .size = size, .page = protection, .attributes = attributes, .committed = calloc(size / PAGE, 1), .references = 1};
  memset(s->committed, at_once, size / PAGE);
  if (ftruncate(s->file, size)) { drop(s); handles[h / 4].kind = NO_HANDLE; FAIL(NOT_ENOUGH_MEMORY); }
  handles[h / 4].section = s;
  errno = 0;
  return leave(h);
}

/* Maps a view at an address that is this process's, and shows what is committed. */
static int64_t show_view(struct region *r) {
  void *p = mmap((void *)r->base, r->size, PROT_NONE, MAP_SHARED | MAP_FIXED, r->section->file, r->offset);
  if (p == MAP_FAILED) return fail(NOT_ENOUGH_MEMORY);
  r->section->references++;
  for (uint64_t i = 0; i < r->size / PAGE; i++) {
    if (!r->section->committed[r->offset / PAGE + i]) continue;
    r->page[i] = r->allocation_page & 0xff;
    retarget(r, i, 1, r->allocation_page, 0);
    mprotect((void *)(r->base + i * PAGE), PAGE, linux_prot(r->allocation_page));
  }
  return r->base;
}

static int section_allows(struct section *s, uint32_t page) {
  return !(linux_prot(page) & ~linux_prot(s->page));
}

EXPORT int64_t MapViewOfFile(int64_t section, uint32_t access, uint32_t high, uint32_t low, uint64_t n) {
  ENTER;
  struct handle *h = handle_of(section, SECTION_HANDLE);
  uint64_t offset = (uint64_t)high << 32 | low;
  if (!h) FAIL(INVALID_HANDLE);
  if (access & ~(FILE_MAP_READ | FILE_MAP_WRITE | FILE_MAP_EXECUTE | FILE_MAP_LARGE_PAGES | FILE_MAP_TARGETS_INVALID)) FAIL(INVALID_PARAMETER);
  if ((access & FILE_MAP_TARGETS_INVALID) && !(access & FILE_MAP_EXECUTE)) FAIL(INVALID_PARAMETER);
  if (offset % GRANULE) FAIL(MAPPED_ALIGNMENT);
  if (offset >= h->section->size || n > h->section->size - offset) FAIL(ACCESS_DENIED);
  uint32_t page = access & FILE_MAP_EXECUTE
      ? (access & FILE_MAP_WRITE ? PAGE_EXECUTE_READWRITE : PAGE_EXECUTE_READ)
      : (access & FILE_MAP_WRITE ? PAGE_READWRITE : PAGE_READONLY);
  if (access & FILE_MAP_TARGETS_INVALID) page |= PAGE_TARGETS_INVALID;
  if (!(access & (FILE_MAP_READ | FILE_MAP_WRITE)) || !section_allows(h->section, page)) FAIL(ACCESS_DENIED);
  if (forbidden(page)) FAIL(DYNAMIC_CODE_BLOCKED);
  int large = (h->section->attributes & SEC_LARGE_PAGES) != 0;
  if (large && (!(access & FILE_MAP_LARGE_PAGES) || n % settings[LARGE_PAGE])) FAIL(INVALID_PARAMETER);
  n = n ? up(n, PAGE) : h->section->size - offset;
  uint64_t a = map_anywhere(n, large ? (uint64_t)settings[LARGE_PAGE] : GRANULE);
  if (!a) FAIL(NOT_ENOUGH_MEMORY);
  struct region *r = insert(with_pages((struct region){.base = a, .size = n, .kind = VIEW, .allocation_page = page, .section = h->section, .offset = offset}));
  int64_t view = show_view(r);
  if (!view) { munmap((void *)a, n); removed(r); }
  return leave(view);
}

EXPORT int64_t MapViewOfFile3(int64_t section, int64_t process, uint64_t a, uint64_t offset, uint64_t n, uint32_t type, uint32_t page, const void *parameter, uint32_t parameters) {
  ENTER;
  struct handle *h = handle_of(section, SECTION_HANDLE);
  if (!h || (process != -1 && process != 0)) FAIL(INVALID_HANDLE);
  if (!settings[PLACEHOLDERS] || type != MEM_REPLACE_PLACEHOLDER || parameter || parameters || linux_prot(page) < 0) FAIL(INVALID_PARAMETER);
  if (offset % PAGE) FAIL(MAPPED_ALIGNMENT);
  if (offset >= h->section->size || n > h->section->size - offset || !section_allows(h->section, page)) FAIL(ACCESS_DENIED);
  if (forbidden(page)) FAIL(DYNAMIC_CODE_BLOCKED);
  struct region *r = region_at(a);
  if (!r || r->kind != PLACEHOLDER || r->base != a || r->size != n) FAIL(INVALID_ADDRESS);
  r->kind = VIEW;
  r->allocation_page = page;
  r->section = h->section;
  r->offset = offset;
  int64_t view = show_view(r);
  if (!view) put_back(r);
  return leave(view);
}

static int64_t unmap(uint64_t a, int to_placeholder) {
  struct region *r = region_at(a);
  if (!r || r->kind != VIEW || r->base != a) return fail(INVALID_ADDRESS);
  if (to_placeholder && !r->was_placeholder) return fail(INVALID_PARAMETER);
  drop(r->section);
  if (to_placeholder) {
    put_back(r);
  } else {
    munmap((void *)r->base, r->size);
    removed(r);
  }
  return 1;
}

EXPORT int32_t UnmapViewOfFile(uint64_t a) { ENTER; return leave(unmap(a, 0)); }

EXPORT int32_t UnmapViewOfFile2(int64_t process, uint64_t a, uint32_t flags) {
  ENTER;
  if (process != -1) FAIL(INVALID_HANDLE);
  if (flags != 0 && flags != PRESERVE) FAIL(INVALID_PARAMETER);
  return leave(unmap(a, flags == PRESERVE));
}

EXPORT int32_t CloseHandle(int64_t h) {
  ENTER;
  struct handle *section = handle_of(h, SECTION_HANDLE), *token = handle_of(h, TOKEN_HANDLE);
  if (!section && !token) FAIL(INVALID_HANDLE);
  if (section) drop(section->section);
  handles[h / 4].kind = NO_HANDLE;
  return leave(1);
}

/* ---- The process ---- */

static long flushes, barriers;

EXPORT int64_t GetCurrentProcess(void) { return -1; }

EXPORT int32_t FlushInstructionCache(int64_t process, const char *a, uint64_t n) {
  if (process != -1) return fail(INVALID_HANDLE);
  __builtin___clear_cache((char *)a, (char *)a + n);
  __sync_fetch_and_add(&flushes, 1);
  return 1;
}

EXPORT void FlushProcessWriteBuffers(void) { __sync_synchronize(); __sync_fetch_and_add(&barriers, 1); }

struct system { uint16_t architecture, reserved; uint32_t page; uint64_t lowest, highest, processors; uint32_t count, type, granularity; uint16_t level, revision; };

EXPORT void GetSystemInfo(struct system *out) {
  *out = (struct system){.architecture = 9, .page = PAGE, .lowest = LOWEST, .highest = HIGHEST, .processors = 3, .count = 2, .type = 8664, .granularity = GRANULE};
}

EXPORT uint64_t GetLargePageMinimum(void) { return settings[LARGE_PAGE]; }

EXPORT int32_t GetProcessMitigationPolicy(int64_t process, int32_t policy, uint32_t *out, uint64_t size) {
  if (process != -1) return fail(INVALID_HANDLE);
  if (size != sizeof *out) return fail(BAD_LENGTH);
  switch (policy) {
    case 2: *out = settings[ACG]; return 1;
    case 7: *out = settings[CFG]; return 1;
    case 15: *out = 0; return 1;
    default: return fail(INVALID_PARAMETER);
  }
}

EXPORT int32_t IsWow64Process2(int64_t process, uint16_t *of_process, uint16_t *of_system) {
  if (process != -1) return fail(INVALID_HANDLE);
  *of_process = 0;
  *of_system = settings[MACHINE];
  return 1;
}

/* ---- The privilege ---- */

enum { TOKEN_QUERY = 8, TOKEN_ADJUST_PRIVILEGES = 0x20, SE_PRIVILEGE_ENABLED = 2, LOCK_MEMORY = 4 };
struct __attribute__((packed)) privileges { uint32_t count, low; int32_t high; uint32_t attributes; };

EXPORT int32_t OpenProcessToken(int64_t process, uint32_t access, int64_t *token) {
  ENTER;
  if (process != -1) FAIL(INVALID_HANDLE);
  *token = new_handle(TOKEN_HANDLE);
  handles[*token / 4].access = access;
  return leave(1);
}

EXPORT int32_t LookupPrivilegeValueW(const uint16_t *system, const uint16_t *name, int32_t *luid) {
  const char *known = "SeLockMemoryPrivilege";
  if (system) return fail(INVALID_PARAMETER);
  for (int i = 0; ; i++) {
    if (name[i] != (uint16_t)known[i]) return fail(NO_SUCH_PRIVILEGE);
    if (!name[i]) break;
  }
  luid[0] = LOCK_MEMORY;
  luid[1] = 0;
  return 1;
}

/* TRUE also if nothing was changed: only the error tells. */
EXPORT int32_t AdjustTokenPrivileges(int64_t token, int32_t disable_all, const struct privileges *wanted, uint32_t length, void *old, void *old_length) {
  ENTER;
  struct handle *h = handle_of(token, TOKEN_HANDLE);
  if (!h) FAIL(INVALID_HANDLE);
  if (!(h->access & TOKEN_ADJUST_PRIVILEGES)) FAIL(ACCESS_DENIED);
  if (disable_all || !wanted || wanted->count != 1 || wanted->high || length || old || old_length) FAIL(INVALID_PARAMETER);
  int assigned = wanted->low == LOCK_MEMORY && settings[PRIVILEGE];
  if (assigned) privilege_enabled = (wanted->attributes & SE_PRIVILEGE_ENABLED) != 0;
  errno = assigned ? 0 : NOT_ALL_ASSIGNED;
  return leave(1);
}

/* ---- Control Flow Guard ---- */

struct place { uint64_t offset, flags; };
enum { CFG_CALL_TARGET_VALID = 1, CFG_CALL_TARGET_PROCESSED = 2 };

/* Fails where the guard is off; the code for that and for pages without a list is not documented. */
EXPORT int32_t SetProcessValidCallTargets(int64_t process, uint64_t a, uint64_t n, uint32_t places, struct place *place) {
  ENTER;
  struct region *r = region_at(a);
  if (process != -1) FAIL(INVALID_HANDLE);
  if (!(settings[CFG] & 1) || !places || !place || a % PAGE || n % PAGE || !n) FAIL(INVALID_PARAMETER);
  if (!r || r->kind == PLACEHOLDER || a + n > r->base + r->size || !is_committed(r, a, n)) FAIL(INVALID_ADDRESS);
  if (r->kind == VIEW && !settings[TARGETS_IN_VIEWS]) FAIL(INVALID_PARAMETER);
  for (uint32_t i = 0; i < places; i++) {
    uint64_t at = place[i].offset;
    if (at % 16 || at >= n || (i && at <= place[i - 1].offset) || place[i].flags & ~(uint64_t)CFG_CALL_TARGET_VALID) FAIL(INVALID_PARAMETER);
    if (!r->targets[(a + at - r->base) / PAGE].listed) FAIL(INVALID_PARAMETER);
  }
  for (uint32_t i = 0; i < places; i++) {
    uint64_t at = a + place[i].offset - r->base, slot = at % PAGE / 16, *word = &r->targets[at / PAGE].valid[slot / 64];
    *word = place[i].flags & CFG_CALL_TARGET_VALID ? *word | 1ULL << slot % 64 : *word & ~(1ULL << slot % 64);
    place[i].flags |= CFG_CALL_TARGET_PROCESSED;
  }
  return leave(1);
}

/* What the check before a call finds: 1 if it may enter there, 0 if the process would end. */
EXPORT int64_t shim_may_be_called(uint64_t a) {
  ENTER;
  struct region *r = region_at(a);
  if (!r || !r->page[(a - r->base) / PAGE] || a % 16) return leave(0);
  uint64_t slot = a % PAGE / 16;
  return leave(r->targets[(a - r->base) / PAGE].valid[slot / 64] >> slot % 64 & 1);
}

/* How many places of some memory may be called. */
EXPORT int64_t shim_callable(uint64_t a, uint64_t n) {
  ENTER;
  int64_t found = 0;
  for (uint64_t p = a / PAGE * PAGE; p < a + n; p += PAGE) {
    struct region *r = region_at(p);
    for (uint64_t slot = 0; r && r->page[(p - r->base) / PAGE] && slot < PAGE / 16; slot++) {
      uint64_t at = p + 16 * slot;
      if (at >= a && at < a + n) found += r->targets[(p - r->base) / PAGE].valid[slot / 64] >> slot % 64 & 1;
    }
  }
  return leave(found);
}

/* ---- Function tables ---- */

struct function { uint32_t begin, end, unwind; };
struct table { const struct function *functions; uint32_t count; uint64_t begin, end; struct table *next; };
static struct table *tables;
enum { STATUS_INVALID_PARAMETER = 0xc000000d };

/* All of the entries in committed memory, which they need not be copied from. */
static int is_entries(uint64_t a, uint64_t n) {
  struct region *r = region_at(a);
  return r && r->kind == PRIVATE && a % 4 == 0 && a + n <= r->base + r->size && is_committed(r, a / PAGE * PAGE, up(a + n, PAGE) - a / PAGE * PAGE);
}

static int are_functions(const struct function *f, uint32_t n, uint64_t bytes) {
  for (uint32_t i = 0; i < n; i++) {
    if (f[i].begin >= f[i].end || f[i].end > bytes || f[i].unwind % 4 || (i && f[i].begin < f[i - 1].end)) return 0;
  }
  return 1;
}

EXPORT uint32_t RtlAddGrowableFunctionTable(struct table **out, const struct function *f, uint32_t n, uint32_t max, uint64_t begin, uint64_t end) {
  ENTER;
  int right = out && n && n <= max && begin < end && is_entries((uint64_t)f, max * sizeof *f) && are_functions(f, n, end - begin);
  if (right) {
    struct table *t = malloc(sizeof *t);
    *t = (struct table){f, n, begin, end, tables};
    tables = t;
    *out = t;
  }
  return leave(right ? 0 : STATUS_INVALID_PARAMETER);
}

/* What was not added ends the process, as it well may on Windows. */
EXPORT void RtlDeleteGrowableFunctionTable(struct table *table) {
  ENTER;
  struct table **at = &tables;
  while (*at && *at != table) at = &(*at)->next;
  if (!*at) abort();
  *at = table->next;
  free(table);
  leave(0);
}

/* The entries are read when they are looked for, as by Windows. */
static const struct function *look_up(uint64_t pc, uint64_t *base) {
  for (struct table *t = tables; t; t = t->next) {
    if (pc < t->begin || pc >= t->end) continue;
    for (uint32_t i = 0; i < t->count; i++) {
      if (pc - t->begin < t->functions[i].begin || pc - t->begin >= t->functions[i].end) continue;
      *base = t->begin;
      return &t->functions[i];
    }
  }
  return NULL;
}

EXPORT int64_t RtlLookupFunctionEntry(uint64_t pc, uint64_t *base, void *history) {
  ENTER;
  return leave(history ? 0 : (int64_t)look_up(pc, base));
}

/* ---- What a test asks ---- */

EXPORT int64_t shim_set(int32_t setting, int64_t value) {
  ENTER;
  settings[setting] = value;
  privilege_enabled = setting == PRIVILEGE ? 0 : privilege_enabled;
  return leave(0);
}

/* Bytes of addresses, handles, function tables and bytes of commit charge that are taken. */
EXPORT int64_t shim_left(void) {
  ENTER;
  int64_t left = charge;
  for (int i = 0; i < count; i++) left += regions[i].size;
  for (int i = 0; i < MOST_HANDLES; i++) left += handles[i].kind != NO_HANDLE;
  for (struct table *t = tables; t; t = t->next) left++;
  return leave(left);
}

EXPORT int64_t shim_charge(void) { ENTER; return leave(charge); }
EXPORT int64_t shim_flushes(void) { return flushes; }
EXPORT int64_t shim_barriers(void) { return barriers; }

/* The protection of a page by this file's own books, 0 if it is not committed. */
EXPORT int64_t shim_told(uint64_t a) {
  ENTER;
  struct region *r = region_at(a);
  return leave(r ? r->page[(a - r->base) / PAGE] : 0);
}
