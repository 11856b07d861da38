/* What a program is made of: one function for each thing that a compiler asks of a linker. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

long gcd(long a, long b) {
  while (b != 0) {
    long rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

double mean(const double *values, int count) {
  double sum = 0.0;
  for (int i = 0; i < count; i++) {
    sum += values[i] * 1.25;
  }
  return count == 0 ? -1.5 : sum / count;
}

double distance(double x, double y) { return sqrt(x * x + y * y); }

/* A table of addresses in read-only data that has to be relocated. */
const char *weekday(int day) {
  switch (day) {
    case 0: return "Monday";
    case 1: return "Tuesday";
    case 2: return "Wednesday";
    case 3: return "Thursday";
    case 4: return "Friday";
    case 5: return "Saturday";
    case 6: return "Sunday";
    default: return "never";
  }
}

/* A table of places to jump to. */
long compute(int operation, long a, long b) {
  switch (operation) {
    case 10: return a + b;
    case 11: return a - b;
    case 12: return a * b;
    case 13: return b == 0 ? 0 : a / b;
    case 14: return a & b;
    case 15: return a | b;
    case 16: return a ^ b;
    case 17: return gcd(a, b);
    case 18: return (long) strlen(weekday((int) a));
    default: return -1;
  }
}

static int counter = 41;
static int32_t seen[5000];
int shared_number = 7;
const char *const greeting = "hello";
int *const where = &shared_number;

int next(void) { return ++counter; }

int remember(int index, int value) {
  int before = seen[index];
  seen[index] = value;
  return before;
}

int shared(void) { return *where + (int) strlen(greeting); }

struct pair {
  int count;
  double weight;
};

struct box {
  int64_t low[3];
  float scale;
};

struct pair heavier(struct pair pair, double by) {
  pair.weight += by;
  pair.count++;
  return pair;
}

struct box scaled(struct box box, int factor) {
  for (int i = 0; i < 3; i++) {
    box.low[i] *= factor;
  }
  box.scale = (float) factor;
  return box;
}

__attribute__((noinline)) long fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

void sort(int *values, size_t count, int (*order)(const void *, const void *)) {
  qsort(values, count, sizeof *values, order);
}

/* Memory from the C library, through two of its functions. */
char *copy_of(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  return copy == NULL ? NULL : strcpy(copy, text);
}

void forget(char *text) { free(text); }
