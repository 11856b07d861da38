# To be sourced: runs tests on the JVM of another operating system, by an independent implementation of it.
#
#   check_os windows [TEST-CLASS ...]
#
# Windows is wine 8, of Debian 12, with a Windows JVM of version 21, since no registry has a later one; the class files are rewritten
# for it (.mvn/Retarget21.java). Both are fetched once, into ${XDG_CACHE_HOME:-~/.cache}/jitmem/windows: about 700 MB. Removing that
# folder fetches them anew. A wine 8 that is installed is taken as it is. Ends with 3 if a tool is missing.
# shellcheck shell=bash

# What is run when no class is named: what a backend promises, the allocator against its model, each call failing in turn, unwinding.
os_tests=(
  io.jitmem.tests.WindowsVirtMemContractTest
  io.jitmem.tests.allocator.AllocatorModelPropertyTest
  io.jitmem.windows.FailureSweepTest
  io.jitmem.tests.SystemUnwindTest
)

# An unmodified Temurin 21 for Windows on x86-64 is part of this.
jre_artifact=org.sonarsource.scanner.cli:sonar-scanner-cli:8.1.0.6389:zip:windows-x64

os_missing() {
  echo "check: $1" >&2
  exit 3
}

# Sets os_java to the Windows JVM; fetches it if the cache has none.
find_windows_jvm() {
  local cache=$1
  if ! os_java=$(ls "$cache"/jre/*/jre/bin/java.exe 2>/dev/null); then
    command -v unzip >/dev/null || os_missing '--os needs unzip'
    echo "check: fetching a Windows JVM into $cache"
    mvn -B -q --no-transfer-progress dependency:copy -N "-Dartifact=$jre_artifact" "-DoutputDirectory=$cache"
    rm -rf "$cache/jre" && mkdir -p "$cache/jre"
    unzip -q "$cache"/sonar-scanner-cli-*.zip '*/jre/*' -d "$cache/jre.new"
    rm -f "$cache"/sonar-scanner-cli-*.zip
    rmdir "$cache/jre" && mv "$cache/jre.new" "$cache/jre"
    os_java=$(ls "$cache"/jre/*/jre/bin/java.exe)
  fi
}

# Sets wine_root to where wine 8 is, empty for this machine's own; unpacks it if the cache has none.
find_wine() {
  local cache=$1 tool zlib
  wine_root=
  if [ -x /usr/lib/wine/wine64 ] && [ "$(dpkg-query -W -f '${Version}' libwine 2>/dev/null | cut -d. -f1)" = 8 ]; then
    return
  fi
  wine_root=$cache/root
  [ ! -e "$wine_root/.complete" ] || return 0
  for tool in apt-get dpkg-deb tar; do
    command -v "$tool" >/dev/null || os_missing "--os needs $tool, as Debian has it, or wine 8"
  done
  echo "check: fetching wine into $cache"
  make_apt amd64 bookworm "$cache/apt"
  rm -rf "$wine_root" && mkdir -p "$wine_root"
  unpack_packages "$cache/apt" "$wine_root" all wine64
  # This machine's own C library and loader are those that its programs start with.
  find "$wine_root/usr/lib/x86_64-linux-gnu" -maxdepth 1 \( -name 'ld-linux*' -o -name 'libc.so*' -o -name 'libm.so*' -o -name 'libdl.so*' \
    -o -name 'libpthread.so*' -o -name 'librt.so*' -o -name 'libresolv.so*' \) -delete
  # The loader starts the server beside it, which is Debian's script that looks for it where it would be installed.
  ln -sf wineserver64 "$wine_root/usr/lib/wine/wineserver"
  # What the package would do when it is installed: among wine's own libraries this one is found if it is marked as such.
  zlib=$wine_root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/zlib1.dll
  cp "$wine_root/usr/x86_64-w64-mingw32/lib/zlib1.dll" "$zlib"
  printf 'Wine builtin DLL\0' | dd of="$zlib" bs=1 seek=64 conv=notrunc status=none
  : >"$wine_root/.complete"
}

# Runs the Windows JVM; paths in its arguments are those that windows_path makes.
on_windows() {
  local libraries=$wine_root/usr/lib/x86_64-linux-gnu
  env -i HOME="$HOME" PATH=/usr/bin:/bin LANG=C.UTF-8 WINEPREFIX="$wine_prefix" WINEARCH=win64 WINEDEBUG=-all \
    WINESERVER="$wine_root/usr/lib/wine/wineserver64" WINELOADER="$wine_root/usr/lib/wine/wine64" \
    WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' ${wine_root:+LD_LIBRARY_PATH="$libraries:$libraries/wine"} \
    ${wine_root:+WINEDLLPATH="$libraries/wine"} \
    timeout 1200 "$wine_root/usr/lib/wine/wine64" "$@" </dev/null 2> >(grep -v 'process group affinity' >&2)
}

windows_path() {
  local path=Z:$1
  printf '%s' "${path//\//\\}"
}

# Rewrites the classes of modules and tests for Java 21, and sets class_path to what runs under wine.
retarget_classes() {
  local to=$1 from jar
  rm -rf "$to" && mkdir -p "$to"
  "$JAVA_HOME/bin/javac" -d "$to.compat" .mvn/jdk21/Compat.java
  for from in jitmem-{api,core,windows,tests}/target/classes jitmem-{core,windows,tests}/target/test-classes "$to.compat"; do
    "$JAVA_HOME/bin/java" .mvn/Retarget21.java "$from" "$to"
    (cd "$from" && find . -type f ! -name '*.class' -exec cp --parents {} "$to" \;)
  done
  rm -f "$to/module-info.class"
  class_path=$(windows_path "$to")
  for jar in $(tr : '\n' <jitmem-tests/target/test.classpath | grep '\.jar$' | grep -v /jitmem-); do
    class_path+=";$(windows_path "$jar")"
  done
}

# The command line with real code: 40 + 2 (lea eax, [rcx+rdx]; ret).
run_windows_command_line() {
  local strategy printed expected
  for strategy in direct dual seal; do
    printed=$(on_windows "$(windows_path "$os_java")" --enable-native-access=ALL-UNNAMED -cp "$class_path" io.jitmem.tool.Main \
      run --hex '8d 04 11 c3' --type 'int(int,int)' --strategy "$strategy" 40 2 | tr -d '\r')
    echo "./jitmem run under wine, $strategy: $printed"
    [ "$printed" = 42 ] || return 1
  done
  printed=$(on_windows "$(windows_path "$os_java")" --enable-native-access=ALL-UNNAMED -cp "$class_path" io.jitmem.tool.Main doctor | tr -d '\r')
  echo "$printed"
  for expected in 'backend           Windows' 'yes DUAL_MAPPING' 'yes RESERVE' 'no  MAP_JIT'; do
    grep -qF "$expected" <<<"$printed" || { echo "check: the report lacks '$expected'" && return 1; }
  done
}

check_os() {
  local os=$1 cache class selected=() reports
  shift
  [ "$os" = windows ] || os_missing "--os takes windows, not '$os'"
  [ "$(uname -m)" = x86_64 ] || os_missing '--os windows runs on x86-64 only: wine executes its code as it is'
  # shellcheck source=.mvn/check-cpu.sh
  . .mvn/check-cpu.sh
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/jitmem/windows
  mkdir -p "$cache"
  find_windows_jvm "$cache"
  find_wine "$cache"
  wine_prefix=$cache/prefix
  if [ ! -e "$wine_prefix/.complete" ]; then
    rm -rf "$wine_prefix"
    on_windows wineboot -i >/dev/null 2>&1 || os_missing 'wine does not start; WINEDEBUG tells more'
    : >"$wine_prefix/.complete"
  fi
  retarget_classes "$top/target/windows-classes"
  run_windows_command_line || return 1
  [ $# -gt 0 ] || set -- "${os_tests[@]}"
  for class in "$@"; do
    selected+=("--select-class=$class")
  done
  reports=$top/jitmem-tests/target/os-reports/$os
  rm -rf "$reports"
  # Windows' own source of random numbers, since wine lacks what Java's would ask.
  printf 'security.provider.%s\n' 1=SunMSCAPI 2=SUN 3=SunJCE >"$top/target/windows.security"
  on_windows "$(windows_path "$os_java")" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:-UsePerfData \
    "-Djava.security.properties=$(windows_path "$top/target/windows.security")" "-Djitmem.top=$(windows_path "$top")" -cp "$class_path" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=testfeed --disable-ansi-colors \
    "--reports-dir=$(windows_path "$reports")" "${selected[@]}"
}
