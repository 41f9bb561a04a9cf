# shellcheck shell=bash disable=SC2034
# Sourced by up and check: what is missing is installed, the programs are built. Quiet; a failure is one line that names the log.
#
# Expects: ROOT (the checkout), ME (the name of the calling command).
# Gives:   fail MESSAGE; prepare, which sets BUILD (folder of the build) and LOGS; ensure_packages; build PRESET FOLDER [TARGET...].

fail() {
    echo "$ME: $*" >&2
    exit 1
}

# prepare: where to build. A checkout that is somebody else's is built in the user's own cache, each checkout in its own folder.
prepare() {
    local parent=$ROOT
    if [ ! -w "$ROOT" ]; then
        parent=${XDG_CACHE_HOME:-$HOME/.cache}/drover/$(printf %s "$ROOT" | cksum | cut -d' ' -f1)
    fi
    BUILD=$parent/build
    LOGS=$BUILD/log
    mkdir -p "$LOGS" 2>/dev/null || true
    [ -w "$LOGS" ] || fail "cannot write to $LOGS; run as its owner, or remove $BUILD"
}

# Installs what resources/packages.txt names and the machine lacks. Nothing to do takes some 20 ms and asks for no privilege.
ensure_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: cmake says what it misses
    local wanted missing sudo=""
    wanted=$(grep -v '^#' "$ROOT/resources/packages.txt")
    # shellcheck disable=SC2086 # one word per package is meant
    missing=$(comm -23 <(sort <<<"$wanted") \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u))
    [ -n "$missing" ] || return 0
    missing=$(tr '\n' ' ' <<<"$missing")
    if [ "$(id -u)" != 0 ]; then
        sudo=$(command -v sudo) || fail "please have these packages installed (there is no sudo here): $missing"
    fi
    echo "$ME: installing $missing"
    {
        # shellcheck disable=SC2086
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
            { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; }
    } >"$LOGS/packages.log" 2>&1 </dev/null || fail "installing packages failed: $(grep -m1 '^E:' "$LOGS/packages.log") (see $LOGS/packages.log)"
}

# build PRESET FOLDER [TARGET...]: configures once, then builds what changed. One at a time per checkout: ninja has no lock.
build() {
    (
        flock 9
        build_locked "$@"
    ) 9>"$LOGS/lock"
}

build_locked() {
    local preset=$1 folder=$2 log=$LOGS/build-$1.log
    shift 2
    : >"$log"
    if [ ! -f "$folder/build.ninja" ]; then
        (cd "$ROOT" && cmake --preset "$preset" -B "$folder") >>"$log" 2>&1 ||
            fail "configuring failed: $(grep -m1 -A2 'CMake Error' "$log" | tr -s '\n ' ' ')(see $log)"
    fi
    cmake --build "$folder" ${1:+--target "$@"} >>"$log" 2>&1 ||
        fail "the build failed: $(grep -m1 'error:' "$log" || grep -m1 -E 'FAILED:|Error' "$log") (see $log)"
}
