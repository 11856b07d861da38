/* Refers to odd.c, which refers to this. */
extern int (*const odd_function)(unsigned);
extern int odd_calls;
int is_even(unsigned n);

int even_calls;
int (*even_function)(unsigned) = is_even;
int common_number;

int is_even(unsigned n) {
  even_calls++;
  return n == 0 ? 1 : odd_function(n - 1);
}

int calls(void) { return even_calls + odd_calls; }

__attribute__((weak)) int which(void) { return 1; }

extern int nobody_has_this(void) __attribute__((weak));

int has_nobody(void) { return nobody_has_this ? nobody_has_this() : -7; }

int ask_which(void) { return which(); }

int set_common(int value) { return common_number = value; }
