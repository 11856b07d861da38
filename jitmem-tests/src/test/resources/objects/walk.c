/* Notes the instruction pointers of its callers, as far as the unwinder gets. */
#include <unwind.h>
struct walk { unsigned long *ips; long most, count; };
static _Unwind_Reason_Code step(struct _Unwind_Context *frame, void *data) {
  struct walk *walk = data;
  if (walk->count == walk->most) return _URC_END_OF_STACK;
  walk->ips[walk->count++] = _Unwind_GetIP(frame);
  return _URC_NO_REASON;
}
void walk(unsigned long *ips, long most) {
  struct walk all = { ips, most, 0 };
  _Unwind_Backtrace(step, &all);
}
