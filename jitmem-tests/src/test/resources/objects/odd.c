/* Refers to even.c, which refers to this. */
extern int (*even_function)(unsigned);
static int is_odd(unsigned n);

int odd_calls;
int (*const odd_function)(unsigned) = is_odd;
int common_number;

static int is_odd(unsigned n) {
  odd_calls++;
  return n == 0 ? 0 : even_function(n - 1);
}

int which(void) { return 2; }

int get_common(void) { return common_number; }
