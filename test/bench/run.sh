#!/usr/bin/env bash
# The benchmarks, on a fresh machine: installs what is missing, builds a release, measures, and puts the results into
# docs/performance.md and docs/performance.svg.
#
#   test/bench/run.sh [OPTION]...
#
#   --quick           small sizes, one run, kulan and BIRD 2, a minute; the documents stay as they are
#   --scenarios LIST  some scenarios only (run.py --list names them)
#   --daemons LIST    some daemons only
#   --runs N          medians of so many (3)
#   --no-docs         print the results only
#   --micro           the micro benchmarks only, by Google Benchmark
#   --smoke           that all of it still works, in 20 seconds: its figures mean nothing
#   --no-install, --no-build
#
# Other options are run.py's (--help). Needs root for a network namespace: calls sudo itself where the caller is not root.
# A daemon that is not installed is left out. Whole run: about two hours, most of it the slowest daemons' time limits.
set -euo pipefail

top="$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")"
install=yes
build=yes
docs=yes
what=load
arguments=()

while [ $# -gt 0 ]; do
  case "$1" in
    --no-install) install=no ;;
    --no-build) build=no ;;
    --no-docs) docs=no ;;
    --quick) docs=no; arguments+=("$1") ;;
    --micro) what=micro ;;
    --smoke) what=smoke; docs=no ;;
    -h | --help) sed -n '2,19s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

if [ "$install" = yes ]; then
  "$top/etc/install-packages.sh" build run lab bench
  [ "$what" != load ] || "$top/etc/install-packages.sh" test || echo "run.sh: some daemons will be missing" >&2
fi

cd "$top"
folder=build/release
if [ "$build" = yes ]; then
  [ "$what" = smoke ] || rm -rf "$folder/training"  # what is measured is trained as it is now
  cmake --preset release -DKULAN_TESTS=OFF -DKULAN_BENCH=ON >/dev/null
  echo "building ($folder)" >&2
  cmake --build "$folder" --target kuland kulan bgp_load micro_bench >&2
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
measure() {
  "${as_root[@]}" env KULAN_BUILD="$top/$folder" BIRD3="${BIRD3:-}" PYTHONDONTWRITEBYTECODE=1 \
    python3 test/bench/run.py "$@"
}

case "$what" in
  micro) "$folder/test/bench/micro_bench" "${arguments[@]}" ;;
  smoke)
    if grep -qx none "$folder/training/trained"; then echo "run.sh: the release's training failed" >&2; exit 1; fi
    rm -f "$folder/smoke.json"
    "$folder/test/bench/micro_bench" --benchmark_min_time=0.001 --benchmark_filter='-/1000000$'
    measure --quick --daemons kulan --scenarios s2,s3_100,s3_1000_ipv6 --prefixes 5000 --peers 20 --results "$folder/smoke.json" --strict
    "${as_root[@]}" env KULAN_BUILD="$top/$folder" PYTHONDONTWRITEBYTECODE=1 python3 test/bench/kernel_routes.py --routes 5000
    ;;
  load)
    [ "$docs" = no ] || arguments+=(--write-docs)
    measure "${arguments[@]}"
    ;;
esac
