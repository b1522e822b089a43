# Makes .venv hold what a lock file names, and this project; sourced by the other scripts, from the clone's folder.
#
#   environment requirements.lock

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "OneRing needs Python 3.11 to 3.14; none was found as python3 or python3.11 … python3.14."
}

# What was installed is right if it came from these files and is still where it was put.
fingerprint() {
    { cat requirements.lock requirements-dev.lock pyproject.toml && pwd; } | cksum
}

# Whether .venv runs (the Python that it was made from may be gone) and was filled from this lock, or from any.
is_filled() {
    grep -qsF -- "${1:-} $(fingerprint)" .venv/.onering-installed && .venv/bin/python -c '' 2>/dev/null
}

# Lets one installation at a time go on, until descriptor 9 is closed. Not by flock(1), which not every system has.
take_turn() {
    "$1" -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("Another installation is running; waiting for it …", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)
'
}

# Debian's python3 may come without ensurepip; its own pip can then install into the environment.
make_environment() {
    local python=$1 without=()
    "$python" -c 'import ensurepip' 2>/dev/null || without=(--without-pip)
    rm -rf .venv
    "$python" -m venv ${without[@]+"${without[@]}"} .venv
}

find_pip() {
    local python=$1
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        pip=(.venv/bin/python -m pip)
    elif "$python" -m pip --python "$python" --version >/dev/null 2>&1; then
        pip=("$python" -m pip --python .venv/bin/python)
    else
        fail "$python has neither ensurepip nor pip 22.3 or newer; on Debian: apt-get install python3-pip python3-venv"
    fi
}

# No compiler and no downloads of build tools: wheels, hashes, and the locked build backend for the project itself.
install_lock() {
    "${pip[@]}" install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes -r "$1"
}

install_project() {
    "${pip[@]}" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

# Shows why it failed. Configured locations that do not exist are no reason.
complain() {
    grep -v "^WARNING: Location '.*' is ignored" .venv/.onering-install.log >&2 || true
    fail "The installation failed; the reason is above. Run it again to try again."
}

# A shell of its own: what it sets, and the turn it takes, end with it.
environment() (
    lock=$1
    unset PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
    if is_filled "$lock"; then
        exit
    fi
    python=$(find_python)
    exec 9<scripts/environment.sh
    take_turn "$python"
    if is_filled "$lock"; then
        exit
    fi
    printf 'Installing into .venv, once …\n' >&2
    if is_filled; then
        # What the tests need is added to what is served: a service may be running from there, and stays as it is.
        find_pip "$python"
        install_lock "$lock" >.venv/.onering-install.log 2>&1 || complain
    else
        make_environment "$python"
        find_pip "$python"
        { install_lock "$lock" && install_project; } >.venv/.onering-install.log 2>&1 || complain
    fi
    printf '%s\n' "requirements.lock $(fingerprint)" "$lock $(fingerprint)" >.venv/.onering-installed
)
