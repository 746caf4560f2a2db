#!/usr/bin/env bash
# What a reader may rely on and a compiler does not check: who includes whom, formatting, no traces of a machine, no test
# that waits by the clock, every fuzz finding kept as a test. Prints each finding; exit status 1 when there is one.
set -uo pipefail
top="$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")"
cd "$top" || exit 1
found="$(mktemp)"
trap 'rm -f "$found"' EXIT
report() { sed "s/^/$1: /" | tee -a "$found"; }  # findings on standard input, one a line
files() { git ls-files --cached --others --exclude-standard -- "$@" 2>/dev/null; }

# Folders point one way (docs/architecture.md): rib ← fib, docker, cli ← bgpd. The codec stands on rib alone.
include_direction() {
  files 'rib/*.[ch]pp' 'fib/*.[ch]pp' 'docker/*.[ch]pp' 'cli/*.[ch]pp' 'bgpd/*.[ch]pp' | xargs -r awk '
    function bad(why) { print FILENAME ":" FNR ": " $0 " (" why ")" }
    FNR == 1 {
      part = FILENAME ~ /^bgpd\/wire\// ? "wire" : substr(FILENAME, 1, index(FILENAME, "/") - 1)
      allowed = part == "rib" ? "rib" : part == "fib" ? "fib|rib" : part == "docker" ? "docker|rib" \
              : part == "cli" ? "cli|rib" : part == "wire" ? "bgpd/wire|rib" : "bgpd|rib|fib|docker|cli"
    }
    /^#include "/ {
      split($0, quoted, "\"")
      if (quoted[2] ~ /\// && quoted[2] !~ "^(" allowed ")/") bad(part " may include " allowed " only")
      if (quoted[2] ~ /\.pb\.h$/ && FILENAME !~ /^(cli|bgpd\/api)\//) bad("generated types stop in the API")
    }
    /^#include </ {
      if (/<boost\/asio/ && part ~ /^(rib|cli|wire)$/) bad("no Asio here")
      if (/<spdlog/ && part != "bgpd") bad("only bgpd logs")
      if (/<google\/protobuf/ && part !~ /^(cli|bgpd)$/) bad("no protobuf here")
      if (/<(netlink|linux\/(rtnetlink|netlink))/ && part != "fib") bad("netlink lives in fib")
      if (/<(sys\/socket|netinet|unistd|fcntl)/ && part == "rib") bad("rib is pure")
    }'
}

headers_once() {
  files 'rib/*.hpp' 'fib/*.hpp' 'docker/*.hpp' 'cli/*.hpp' 'bgpd/*.hpp' 'test/*.hpp' | xargs -r grep -L '^#pragma once$'
}

formatting() {
  local formatter
  formatter="$(command -v clang-format-14)" || { echo "clang-format-14 is not installed"; return; }
  files '*.cpp' '*.hpp' | xargs -r -n 20 -P "$(nproc)" "$formatter" --dry-run --ferror-limit=1 2>&1 |
    grep -E '^[^ ]+:[0-9]+:[0-9]+: (warning|error)' | sed -E 's/: (warning|error):.*/: clang-format-14 would change this/'
}

traces_of_a_machine() {
  files | grep -vE '^test/style/check\.sh$|^LICENSE$' | xargs -r grep -nIE '(^|[^[:alnum:]_./~-])/(home|root|work|Users)/[[:alnum:].]' /dev/null
}

tests_by_the_clock() {
  files 'test/*.cpp' 'test/*.hpp' | xargs -r grep -nE '\b(sleep_for|sleep_until|usleep|nanosleep)\b|DISABLED_' /dev/null
}

# test/fuzz/regressions/TARGET/FILE is replayed by TARGET_fuzz: by the fuzz run, and by a unit test.
fuzz_findings_are_tests() {
  local file target
  files 'test/fuzz/regressions/*' | while read -r file; do
    target="$(cut -d/ -f4 <<<"$file")"
    [[ "$file" == *.md ]] || [ -f "test/fuzz/${target}_fuzz.cpp" ] || echo "$file: there is no test/fuzz/${target}_fuzz.cpp to replay it"
  done
}

scripts_parse() {
  local file
  { files '*.sh' '.ci/run'; } | while read -r file; do bash -n "$file" 2>&1; done
  files '*.py' | while read -r file; do python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" 2>&1 | tail -n 1; done
}

include_direction | report "include direction"
headers_once | report "header without #pragma once"
formatting | report "format"
traces_of_a_machine | report "path of a machine"
tests_by_the_clock | report "test waits by the clock or is disabled"
fuzz_findings_are_tests | report "fuzz finding without a test"
scripts_parse | report "script"
echo "style: $(wc -l <"$found") findings"
[ ! -s "$found" ]
