#!/bin/sh
# The fast checks, side by side; each one's output appears whole, and one that fails fails all.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
# In memory where there is one: the unit tests' SQLite files sync at every commit, and nothing here outlives the check.
memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
out=$(mktemp -d "$memory/check-XXXXXX")
trap 'rm -rf "$out"' EXIT
code="services gateway crisisconnect tests bench"
present=""
for folder in $code; do [ -d "$folder" ] && present="$present $folder"; done
typed=""
for folder in services gateway crisisconnect; do [ -d "$folder" ] && typed="$typed $folder"; done

start() {
    name=$1
    shift
    { "$@" >"$out/$name.txt" 2>&1; echo $? >"$out/$name.code"; } &
}

start format $bin/ruff format --check $present
start lint $bin/ruff check $present
start types $bin/mypy $typed
[ -f .importlinter ] && start imports $bin/lint-imports
for folder in tests/unit/*/ tests/contracts/ tests/rules/; do
    [ -n "$(find "$folder" -name 'test_*.py' 2>/dev/null)" ] || continue
    name=$(echo "${folder%/}" | sed 's|^tests/||; s|/|-|')
    mkdir "$out/tmp-$name"
    # The longest take two processes, lest one of them decide how long all of it takes.
    case $name in unit-retention | unit-reader | rules) workers="-n 2" ;; *) workers="" ;; esac
    # shellcheck disable=SC2086
    start "$name" env PYTEST_DEBUG_TEMPROOT="$out/tmp-$name" $bin/python -m pytest -q -p no:cacheprovider $workers "$folder"
done
wait

failed=0
for result in "$out"/*.code; do
    name=$(basename "$result" .code)
    if [ "$(cat "$result")" = 0 ]; then
        printf '%-18s ok   %s\n' "$name" "$(tail -n 1 "$out/$name.txt")"
    else
        cat "$out/$name.txt"
        printf '%-18s FAILED\n' "$name"
        failed=1
    fi
done
exit $failed
