# To be sourced: finds the tools that the scripts of this project need.
#
#   require_jdk     exports JAVA_HOME, the home of a JDK 25 or later
#   require_maven   checks that mvn is there and new enough
#
# Each says in one line how to get what is missing, and exits with status 3. find_jdk is require_jdk without the message: it returns 1.
# No program is started where a shell builtin will do, because ./jitmem comes through here every time.
# shellcheck shell=bash

oldest_jdk=25
oldest_maven=3.8.7

# Sets jdk_version to the feature release of the JDK in $1, such as 25; fails if there is no JDK.
read_jdk_version() {
  local line
  jdk_version=
  [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in JAVA_VERSION=*) jdk_version=${line#JAVA_VERSION=} ;; esac
    done <"$1/release"
    jdk_version=${jdk_version#\"}
  fi
  if [ -z "$jdk_version" ]; then
    line=$("$1/bin/java" -version 2>&1) || return 1
    jdk_version=${line#*version \"}
  fi
  # 25.0.3, 26-ea and 25 alike; 1.8.0_482 becomes 1, which is as good as 8 here.
  jdk_version=${jdk_version%%[!0-9]*}
  [ -n "$jdk_version" ]
}

is_new_enough_jdk() {
  read_jdk_version "$1" && [ "$jdk_version" -ge "$oldest_jdk" ]
}

# Prints the home that `java` on the PATH belongs to.
home_of_java_on_path() {
  local file link
  file=$(type -P java) || return 1
  while [ -L "$file" ]; do
    link=$(readlink "$file") || return 1
    case $link in /*) file=$link ;; *) file=${file%/*}/$link ;; esac
  done
  # On macOS /usr/bin/java is a stub that starts the JDK which this program names.
  if [ "$file" = /usr/bin/java ] && [ -x /usr/libexec/java_home ]; then
    /usr/libexec/java_home -v "$oldest_jdk+" 2>/dev/null
    return
  fi
  (unset CDPATH && cd -P "${file%/*}/.." 2>/dev/null && pwd)
}

# Sets installed_jdk to the oldest JDK that will do, which is the one with long-term support; of equals the first in this list.
find_installed_jdk() {
  local home best=
  installed_jdk=
  for home in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/openjdk* \
    /usr/local/openjdk* /usr/local/jdk-* /usr/pkg/java/openjdk* \
    ~/.sdkman/candidates/java/* ~/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home ~/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
    "/c/Program Files"/{Java,"Eclipse Adoptium",Microsoft,Zulu,"Amazon Corretto",BellSoft,OpenJDK}/* \
    ~/scoop/apps/*jdk*/current; do
    if is_new_enough_jdk "$home" && [ "$jdk_version" -lt "${best:-999}" ]; then
      best=$jdk_version
      installed_jdk=$home
    fi
  done
  [ -n "$installed_jdk" ]
}

find_jdk() {
  local home
  if [ -n "${JAVA_HOME:-}" ] && is_new_enough_jdk "$JAVA_HOME"; then
    home=$JAVA_HOME
  elif home=$(home_of_java_on_path) && is_new_enough_jdk "$home"; then
    :
  elif find_installed_jdk; then
    home=$installed_jdk
  else
    return 1
  fi
  export JAVA_HOME=$home
}

require_jdk() {
  find_jdk && return
  echo "${0##*/}: needs JDK $oldest_jdk or later, and found none. Debian 13: apt install openjdk-25-jdk; Fedora: dnf install java-25-openjdk-devel;" \
    "macOS: brew install openjdk@25; Windows: winget install EclipseAdoptium.Temurin.25.JDK; or set JAVA_HOME." >&2
  exit 3
}

# Whether version $1 is $2 or later; both are numbers with dots between.
is_at_least() {
  local IFS=. i have want
  # shellcheck disable=SC2206 # splitting at the dots is the point
  have=($1) want=($2)
  for i in 0 1 2; do
    [ "${have[i]:-0}" -eq "${want[i]:-0}" ] || break
  done
  [ "${have[i]:-0}" -ge "${want[i]:-0}" ]
}

# Maven's own libraries do things that JDK 25 warns about. Call this after require_jdk.
quieten_maven() {
  local option
  for option in --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED; do
    case " ${MAVEN_OPTS:-} " in
      *" ${option%%=*}="*) ;;
      *) MAVEN_OPTS="${MAVEN_OPTS:+$MAVEN_OPTS }$option" ;;
    esac
  done
  export MAVEN_OPTS
}

require_maven() {
  local version
  quieten_maven
  version=$(mvn -version 2>/dev/null) || version=
  version=${version#*Apache Maven }
  version=${version%%[!0-9.]*}
  [ -n "$version" ] && is_at_least "$version" "$oldest_maven" && return
  echo "${0##*/}: needs Maven $oldest_maven or later, and found ${version:-none}. Debian: apt install maven; Fedora: dnf install maven;" \
    "macOS: brew install maven; Windows: choco install maven." >&2
  exit 3
}
