# Makes .venv hold exactly what a lock file names, and this project; sourced by the other scripts.
#
#   environment requirements.lock

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "OneRing needs Python 3.11 or newer; none was found as python3 or python3.11 … python3.14."
}

# Debian's python3 may come without ensurepip; its own pip can then install into the environment.
make_environment() {
    local python=$1
    rm -rf .venv
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
        pip=(.venv/bin/python -m pip)
    elif "$python" -m pip --python "$python" --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip .venv
        pip=("$python" -m pip --python .venv/bin/python)
    else
        fail "$python has neither ensurepip nor pip 22.3 or newer; on Debian: apt-get install python3-pip python3-venv"
    fi
}

environment() {
    local lock=$1 python stamp want
    stamp=.venv/.onering-installed
    # What is installed is right if it came from these files and is still where it was put. A larger lock serves too.
    want=$(cat requirements.lock requirements-dev.lock pyproject.toml; pwd)
    want=$(printf '%s' "$want" | cksum)
    if [ -x .venv/bin/python ] && grep -qxF "$lock $want" "$stamp" 2>/dev/null; then
        return
    fi
    python=$(find_python)
    printf 'Installing into .venv, once …\n' >&2
    local pip log=.venv/.onering-install.log
    make_environment "$python"
    # No compiler and no downloads of build tools: wheels, hashes, and the locked build backend for the project itself.
    if ! {
        "${pip[@]}" install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock" &&
            "${pip[@]}" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    } >"$log" 2>&1; then
        cat "$log" >&2
        fail "The installation failed; the reason is above. Run it again to try again."
    fi
    printf '%s %s\n' "$lock" "$want" >"$stamp"
    if [ "$lock" = requirements-dev.lock ]; then
        printf 'requirements.lock %s\n' "$want" >>"$stamp"
    fi
}
