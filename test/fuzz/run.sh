#!/usr/bin/env bash
# Builds the fuzz targets and runs each for SECONDS (default 60). Findings are kept in build/fuzz/findings/TARGET.
# usage: test/fuzz/run.sh [SECONDS] [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in test/fuzz/*_fuzz.cpp; do targets+=("$(basename "$source" _fuzz.cpp)"); done
fi
if ! command -v clang++-19 >/dev/null; then
  echo "skipped: clang++-19 is not installed"
  exit 0
fi

build=${KULAN_FUZZ_BUILD:-build/fuzz}
cmake --preset fuzz -B "$build" >/dev/null
cmake --build "$build" --target "${targets[@]/%/_fuzz}"

failed=()
for target in "${targets[@]}"; do
  work=$(mktemp -d)
  mkdir -p "$build/findings/$target"
  corpora=("$work")
  for kind in corpus regressions; do
    [ -d "test/fuzz/$kind/$target" ] && corpora+=("test/fuzz/$kind/$target")
  done
  echo "== $target, $seconds s"
  if ! "$build/test/${target}_fuzz" -max_total_time="$seconds" -max_len=4200 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/findings/$target/" "${corpora[@]}" 2>"$work.log"; then
    failed+=("$target")
    tail -40 "$work.log"
  fi
  grep -E "number_of_executed_units|peak_rss_mb" "$work.log" || true
  rm -rf "$work" "$work.log"
done

if [ ${#failed[@]} -gt 0 ]; then
  echo "findings in: ${failed[*]} ($build/findings)"
  exit 1
fi
echo "no findings"
