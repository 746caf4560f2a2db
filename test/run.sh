#!/usr/bin/env bash
# Installs what is needed, builds, and runs the tests.
#
#   test/run.sh [--preset PRESET] [--no-install] [--no-build] [unit|interop|conformance|NAME]...
#
#   unit         unit tests and the simulation
#   interop      in network namespaces, with the other speakers; needs root (calls sudo where the caller is not root)
#   conformance  peers played octet by octet against kuland, in a network namespace
#   NAME         tests with NAME in their name, of all kinds
#   (nothing)    all of them
#   --preset P   asan (address and undefined-behaviour sanitizer, as when absent), debug, tsan or release
#
# What a privilege or a program is missing for is skipped, with the reason. The last line is the count.
set -uo pipefail

top="$(dirname "$(dirname "$(readlink -f "$0")")")"
cd "$top" || exit 1
preset=asan
install=yes
build=yes
unit=no
interop=no
conformance=no
names=()

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0"; }

while [ $# -gt 0 ]; do
  case "$1" in
    --preset) [ $# -ge 2 ] || { usage >&2; exit 2; }; preset="$2"; shift ;;
    --no-install) install=no ;;
    --no-build) build=no ;;
    unit) unit=yes ;;
    interop) interop=yes ;;
    conformance) conformance=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) echo "run.sh: $1: unknown option" >&2; usage >&2; exit 2 ;;
    *) names+=("$1") ;;
  esac
  shift
done
[ "$unit$interop$conformance" = nonono ] && { unit=yes; interop=yes; conformance=yes; }
case "$preset" in asan | debug | tsan | release) ;; *) echo "run.sh: no preset $preset" >&2; exit 2 ;; esac
folder="build/$preset"

if [ "$install" = yes ]; then
  sections=(build run lab)
  case "$preset" in asan | tsan) sections+=(sanitizers) ;; esac
  etc/install-packages.sh "${sections[@]}" || exit 1
  etc/install-packages.sh test || echo "run.sh: some tests will be skipped for the programs that are missing" >&2
fi

if [ "$build" = yes ]; then
  cmake --preset "$preset" -DKULAN_TESTS=ON >/dev/null && cmake --build "$folder" || exit 1
fi

passed=0 failed=0 skipped=0
add() {
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# Each kind lists what a name stands for, and ends with its count.
run_kind() {
  local program="test/$1/run.py" log="$PWD/$folder/$1.log" as_root=() counts
  [ "$1" = unit ] || [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && as_root=(sudo); }
  if [ ${#names[@]} -gt 0 ]; then
    # A name may belong to another kind of test only.
    "${as_root[@]}" env KULAN_BUILD="$PWD/$folder" "$program" --list "${names[@]}" >/dev/null 2>&1 || return 0
  fi
  "${as_root[@]}" env KULAN_BUILD="$PWD/$folder" PYTHONDONTWRITEBYTECODE=1 "$program" "${names[@]}" 2>&1 |
    tee "$log" | grep -vE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$'
  counts="$(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\1 \2 \3/p' "$log" | tail -n 1)"
  # shellcheck disable=SC2086
  add ${counts:-0 1 0}
}

[ "$unit" = yes ] && run_kind unit
[ "$interop" = yes ] && run_kind interop
[ "$conformance" = yes ] && run_kind conformance
if [ $((passed + failed + skipped)) -eq 0 ]; then
  echo "run.sh: no test has that name" >&2
  exit 1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
