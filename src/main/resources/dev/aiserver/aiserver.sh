#!/bin/sh
# Starts aiserver with the first Java that is new enough. AISERVER_JAVA overrides the Java, AISERVER_JAR the jar.
# "aiserver --which-java" prints the path of that Java, and "aiserver --which-jdk" that of the first one with a compiler.
set -u

oldest=17
compiler=no
[ "${1:-}" = --which-jdk ] && compiler=yes

# Reads the version from the release file of a Java, which is faster than starting it. On a Mac, /usr/bin/java exists
# without any Java installed, and then has no release file.
is_new_enough() {
    [ -x "$1" ] || return 1
    home=$(cd "$(dirname "$(resolved "$1")")/.." 2>/dev/null && pwd) || return 1
    [ -r "$home/release" ] || return 1
    [ "$compiler" = no ] || [ -x "$home/bin/javac" ] || return 1
    major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    [ "${major:-0}" -ge "$oldest" ]
}

resolved() {
    file=$1
    while [ -L "$file" ]; do
        target=$(readlink "$file")
        case $target in
            /*) file=$target ;;
            *) file=$(dirname "$file")/$target ;;
        esac
    done
    printf '%s\n' "$file"
}

candidates() {
    [ -n "${AISERVER_JAVA:-}" ] && printf '%s\n' "$AISERVER_JAVA"
    [ -n "${JAVA_HOME:-}" ] && printf '%s\n' "$JAVA_HOME/bin/java"
    command -v java
    [ -x /usr/libexec/java_home ] && printf '%s\n' "$(/usr/libexec/java_home -v "$oldest+" 2>/dev/null)/bin/java"
    printf '%s\n' /opt/homebrew/opt/openjdk*/bin/java /usr/local/opt/openjdk*/bin/java
    printf '%s\n' /usr/lib/jvm/*/bin/java
}

java=$(candidates | while IFS= read -r candidate; do
    if is_new_enough "$candidate"; then
        printf '%s\n' "$candidate"
        break
    fi
done)

if [ -z "$java" ]; then
    echo "aiserver: Java $oldest or newer was not found. Install it (macOS: brew install openjdk;" \
        "Debian: apt-get install default-jdk-headless), or set AISERVER_JAVA." >&2
    exit 1
fi
case ${1:-} in
    --which-java | --which-jdk)
        printf '%s\n' "$java"
        exit 0
        ;;
esac

# On Linux, Java takes the encoding of file names from the locale; the C locale supports only ASCII.
case $(locale charmap 2>/dev/null) in
    ANSI_X3.4-1968 | US-ASCII | '')
        LC_ALL=C.UTF-8
        export LC_ALL
        ;;
esac

terminals=
[ -t 0 ] && terminals="$terminals in"
[ -t 1 ] && terminals="$terminals out"
[ -t 2 ] && terminals="$terminals err"
AISERVER_TERMINALS=$terminals
export AISERVER_TERMINALS

jar=${AISERVER_JAR:-$(dirname "$(resolved "$0")")/../share/aiserver/aiserver.jar}
# A short-lived process needs neither the optimizing compiler nor parallel garbage collection.
exec "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable -Xlog:all=error:stderr -jar "$jar" "$@"
