#!/bin/sh
# The fast checks, as many at a time as there are cores; each one's output appears whole, and one that fails fails all.
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

check() {
    name=$1
    shift
    echo "$*" >"$out/$name.sh"
    echo "$name" >>"$out/order"
}

tests() {
    name=$1
    shift
    mkdir "$out/tmp-$name"
    check "$name" PYTEST_DEBUG_TEMPROOT="$out/tmp-$name" $bin/python -m pytest -q -p no:cacheprovider -m '"not searching"' "$@"
}

check types $bin/mypy $typed
check format $bin/ruff format --check $present
check lint $bin/ruff check $present
[ -f .importlinter ] && check imports $bin/lint-imports
for folder in tests/unit/audit/ tests/unit/kernel/ tests/unit/gateway/ tests/unit/org/ tests/unit/auth/; do
    tests "$(basename "$folder")" "$folder"
done
# The longest in two, every other file each, lest one of them decide how long all of it takes.
for folder in tests/rules tests/unit/retention tests/unit/reader; do
    name=$(basename "$folder")
    tests "$name" $(find "$folder" -name 'test_*.py' -exec ls -S {} + | sed -n 'p;n')
    tests "$name-2" $(find "$folder" -name 'test_*.py' -exec ls -S {} + | sed -n 'n;p')
done
for folder in tests/unit/*/ tests/contracts/; do
    name=$(basename "$folder")
    [ -e "$out/$name.sh" ] || [ -z "$(find "$folder" -name 'test_*.py')" ] || tests "$name" "$folder"
done

xargs -P "$(nproc)" -I NAME sh -c "sh $out/NAME.sh >$out/NAME.txt 2>&1; echo \$? >$out/NAME.code" <"$out/order"

failed=0
while read -r name; do
    if [ "$(cat "$out/$name.code")" = 0 ]; then
        printf '%-18s ok   %s\n' "$name" "$(tail -n 1 "$out/$name.txt")"
    else
        cat "$out/$name.txt"
        printf '%-18s FAILED\n' "$name"
        failed=1
    fi
done <"$out/order"
exit $failed
