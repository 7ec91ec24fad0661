#!/bin/sh
# The environment for one purpose (run, demo, test, bench), made once; a second call finds its mark and does nothing.
# What follows the purpose are programs of Debian's that it needs beside it.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
[ $# = 0 ] || shift
venv=.venv
requirements=requirements/$purpose.txt

say() { printf 'setup: %s\n' "$1" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

debian() { # packages of Debian's; says nothing where all goes well
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
        { as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
}

# Without one of these everything else can be done; what needs it says so itself.
for program; do
    command -v "$program" >/dev/null && continue
    say "installing $program"
    debian "$program" || say "Run: sudo apt-get install $program"
done

# A moved or copied checkout has a .venv that points elsewhere, so the place belongs to the mark.
wanted="$(pwd) $(sha256sum "$requirements" | cut -d ' ' -f 1)"
mark=$venv/installed-$purpose
[ "$(cat "$mark" 2>/dev/null)" = "$wanted" ] && exit 0

python=${PYTHON:-python3}
command -v "$python" >/dev/null || { say "Python 3.11 or newer is needed. Run: sudo apt-get install python3"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed"; exit 1; }

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "installing python3-venv"
    debian python3-venv ca-certificates || { say "Run: sudo apt-get install python3-venv"; exit 1; }
fi

if ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

say "installing $requirements"
if command -v uv >/dev/null 2>&1 && UV_PYTHON_DOWNLOADS=never uv --version >/dev/null 2>&1; then
    # Compiled once: a run starts a dozen processes, and each would compile all of it for itself.
    uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$requirements" ||
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
fi

# The project itself is used from the checkout: a path and a command, which needs no build tool and no network.
"$venv/bin/python" - <<'END'
import pathlib, sys, sysconfig
here = pathlib.Path.cwd()
pathlib.Path(sysconfig.get_path("purelib"), "crisisconnect.pth").write_text(f"{here}\n")
command = pathlib.Path(sysconfig.get_path("scripts"), "crisisconnect")
command.write_text(f"#!{sys.executable}\nfrom crisisconnect.cli import main\n\nmain()\n")
command.chmod(0o755)
END

printf '%s\n' "$wanted" >"$mark"
