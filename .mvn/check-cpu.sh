# To be sourced: runs tests on a JVM of another CPU, by user-mode emulation.
#
#   check_cpu aarch64|riscv64 [TEST-CLASS ...]
#
# The JVM and the emulator are Debian's, of the mirror that this machine's apt uses. They are unpacked, not installed, in
# ${XDG_CACHE_HOME:-~/.cache}/jitmem, once: about 320 MB a CPU. Removing that folder fetches newer ones. Ends with 3 if a tool is missing.
# shellcheck shell=bash

# What is run when no class is named: what a backend promises, the allocator against its model, and code of that CPU.
cpu_tests=(
  io.jitmem.tests.LinuxVirtMemContractTest
  io.jitmem.tests.ExecutionTest
  io.jitmem.tests.MisuseTest
  io.jitmem.tests.GuardedBranchesTest
  io.jitmem.tests.ManyFunctionsTest
  io.jitmem.tests.allocator.AllocatorModelPropertyTest
  io.jitmem.tests.ReuseUnderFireTest
  io.jitmem.tests.CompiledObjectTest
  io.jitmem.tests.ZlibTest
  io.jitmem.linux.OwnFlushCodeTest
  io.jitmem.linux.FailureSweepTest
  io.jitmem.tests.MacosWriteSwitchTest
)

cpu_missing() {
  echo "check: $1" >&2
  exit 3
}

# Makes a folder with the settings of an apt of its own, for a CPU and a Debian suite.
make_apt() {
  local arch=$1 suite=$2 dir=$3 mirror
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$') ||
    cpu_missing 'this machine has no Debian mirror in its apt sources; --cpu unpacks packages of Debian'
  mkdir -p "$dir"/{etc/apt/apt.conf.d,etc/apt/preferences.d,state/lists/partial,cache/archives/partial,dpkg}
  : >"$dir/dpkg/status"
  echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$dir/etc/apt/sources.list"
  cat >"$dir/apt.conf" <<EOF
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Dir::Etc "$dir/etc/apt";
Dir::Etc::sourcelist "$dir/etc/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "$dir/dpkg/status";
Dir::Cache "$dir/cache";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
EOF
  APT_CONFIG=$dir/apt.conf apt-get -qq update
}

# Downloads packages with all that they depend on, or without if $3 is "alone", and unpacks them into a folder.
unpack_packages() {
  local apt=$1 root=$2 alone=$3 downloads file
  shift 3
  downloads=$(mktemp -d "$root.XXXXXX")
  if [ "$alone" = alone ]; then
    (cd "$downloads" && APT_CONFIG=$apt/apt.conf apt-get -qq download "$@")
  else
    APT_CONFIG=$apt/apt.conf apt-get -qq -y -d -o "Dir::Cache::archives=$downloads/" install "$@" >/dev/null
  fi
  for file in bin sbin lib lib64; do
    mkdir -p "$root/usr/$file"
    [ -e "$root/$file" ] || ln -s "usr/$file" "$root/$file"
  done
  for file in "$downloads"/*.deb; do
    dpkg-deb --fsys-tarfile "$file" | tar -x --keep-directory-symlink -C "$root"
  done
  rm -rf "$downloads"
  # An absolute link would lead to this machine's files. More packages may come into the same folder later.
  find "$root" -type l -lname '/*' ! -lname "$root/*" | while IFS= read -r file; do
    ln -sfn "$root$(readlink "$file")" "$file"
  done
}

# Sets emulator and cpu_java; fetches them if the cache has none.
find_cpu() {
  local cpu=$1 arch suite cache tool
  case $cpu in
    aarch64) arch=arm64 suite=trixie ;;
    riscv64) arch=riscv64 suite=trixie ;;
    *) cpu_missing "--cpu takes aarch64 or riscv64, not '$cpu'" ;;
  esac
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/jitmem
  emulator=$cache/qemu/usr/bin/qemu-$cpu
  cpu_root=$cache/root-$cpu
  for tool in apt-get dpkg-deb tar; do
    command -v "$tool" >/dev/null || [ -e "$cpu_root/.complete" ] || cpu_missing "--cpu needs $tool, as Debian has it"
  done
  if [ ! -x "$emulator" ]; then
    echo "check: fetching the emulator into $cache"
    make_apt "$(dpkg --print-architecture)" trixie "$cache/apt-host"
    rm -rf "$cache/qemu" && mkdir -p "$cache/qemu"
    unpack_packages "$cache/apt-host" "$cache/qemu" alone qemu-user
  fi
  if [ ! -e "$cpu_root/.complete" ]; then
    echo "check: fetching a JVM for $cpu into $cache"
    make_apt "$arch" "$suite" "$cache/apt-$cpu"
    rm -rf "$cpu_root" && mkdir -p "$cpu_root"
    unpack_packages "$cache/apt-$cpu" "$cpu_root" all openjdk-25-jre-headless libc-bin libgcc-s1
    : >"$cpu_root/.complete"
  fi
  # A library of that CPU, which a test loads.
  [ -e "$cpu_root/usr/lib/$cpu-linux-gnu/libz.a" ] || unpack_packages "$cache/apt-$cpu" "$cpu_root" alone zlib1g-dev ||
    echo 'check: there is no static zlib to load'
  cpu_java=$(echo "$cpu_root"/usr/lib/jvm/java-25-openjdk-*/bin/java)
}

# Processes are started without the JDK's helper, which is a program of that CPU: so tests can call this machine's cross compilers.
on_cpu() {
  "$emulator" -L "$cpu_root" "$cpu_java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Djdk.lang.Process.launchMechanism=VFORK --enable-native-access=ALL-UNNAMED "$@"
}

# The command line with code of that CPU: 40 + 2.
run_command_line() {
  local cpu=$1 class_path=$2 hex printed strategy
  case $cpu in
    aarch64) hex='00 00 01 0b c0 03 5f d6' ;; # add w0, w0, w1; ret
    riscv64) hex='3b 05 b5 00 67 80 00 00' ;; # addw a0, a0, a1; ret
  esac
  for strategy in direct dual; do
    [ "$cpu $strategy" != 'riscv64 dual' ] || continue # The emulator does not refresh code there, and jitmem refuses.
    printed=$(on_cpu -cp "$class_path" io.jitmem.tool.Main run --hex "$hex" --type 'int(int,int)' --strategy "$strategy" 40 2)
    echo "./jitmem run on $cpu, $strategy: $printed"
    [ "$printed" = 42 ] || return 1
  done
  on_cpu -cp "$class_path" io.jitmem.tool.Main doctor
}

check_cpu() {
  local cpu=$1 class_path selected=() settings agent reports
  shift
  find_cpu "$cpu"
  [ $# -gt 0 ] || set -- "${cpu_tests[@]}"
  for class in "$@"; do
    selected+=("--select-class=$class")
  done
  class_path=$top/jitmem-tests/target/test-classes:$top/jitmem-tests/target/classes:$top/jitmem-linux/target/test-classes:$top/jitmem-core/target/test-classes
  for module in api core linux macos; do
    class_path+=:$top/jitmem-$module/target/classes
  done
  run_command_line "$cpu" "$class_path" || return 1
  class_path+=:$(cat "$top/jitmem-tests/target/test.classpath")
  agent=$(tr : '\n' <"$top/jitmem-tests/target/test.classpath" | grep '/mockito-core-[^/]*\.jar$')
  reports=$top/jitmem-tests/target/cpu-reports/$cpu
  rm -rf "$reports"
  settings=("-Djitmem.top=$top" "-Djitmem.emulated=$cpu" "-Djitmem.emulator=$emulator -L $cpu_root" -Djitmem.fire.calls=200000)
  settings+=("-Djitmem.zlib=$cpu_root/usr/lib/$cpu-linux-gnu/libz.a")
  on_cpu "-javaagent:$agent" "${settings[@]}" -cp "$class_path" \
    org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=testfeed --disable-ansi-colors \
    --reports-dir="$reports" "${selected[@]}"
}
