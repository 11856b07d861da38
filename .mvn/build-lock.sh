# To be sourced: lets one build at a time into the checkout $top.
# shellcheck shell=bash disable=SC2154 # top is the caller's

lock_file=$top/target/build.lock

# Returns when this shell holds the lock; runs "$@" once if it has to wait. The lock ends with the shell or with unlock_build.
lock_build() {
  # The lock is on a directory that no build deletes. Whatever the shell starts holds it too, so that an orphaned Maven is waited for.
  if command -v flock >/dev/null; then
    exec 9<"$top/.mvn"
    flock -n 9 || { "$@" && flock 9; }
    return
  fi
  mkdir -p "$top/target"
  take_lock_file && return
  "$@"
  until take_lock_file; do break_stale_lock; done
}

unlock_build() {
  exec 9<&-
  [ "$(cat "$lock_file" 2>/dev/null)" != $$ ] || rm -f "$lock_file"
}

take_lock_file() {
  (set -C && echo $$ >"$lock_file") 2>/dev/null
}

# Removes the lock of a process that is gone. One waiter at a time does it, else the second could remove the lock that the first just took.
break_stale_lock() {
  local owner
  owner=$(cat "$lock_file" 2>/dev/null)
  sleep 1
  ps -p "${owner:-0}" >/dev/null 2>&1 && return
  mkdir "$lock_file.breaking" 2>/dev/null || return 0
  [ "$(cat "$lock_file" 2>/dev/null)" != "$owner" ] || rm -f "$lock_file"
  rmdir "$lock_file.breaking"
}
