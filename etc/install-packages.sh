#!/usr/bin/env bash
# Installs the Debian packages of the named sections of etc/packages.txt; only those that are missing.
#
#   etc/install-packages.sh SECTION...        build, run, lab, sanitizers, test, bench
#   etc/install-packages.sh --list SECTION... print their names, install nothing
#
# Needs root: calls sudo where the caller is not root. No service is started: the routing daemons that the tests
# use bring units which would take port 179 of this machine, so they are neither started nor left enabled.
set -euo pipefail

list="$(dirname "$(readlink -f "$0")")/packages.txt"

packages_of() {
  local section="$1"
  grep -qxF "[$section]" "$list" || { echo "$0: no section [$section] in $list" >&2; exit 2; }
  sed -e 's/[[:space:]]*#.*//' "$list" |
    awk -v wanted="[$section]" '/^\[/ { inside = ($0 == wanted); next } inside && NF { print $1 }'
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

only_list=no
[ "${1:-}" = --list ] && { only_list=yes; shift; }
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }

wanted=()
for section in "$@"; do
  names="$(packages_of "$section")"
  mapfile -t -O "${#wanted[@]}" wanted <<<"$names"
done
[ "$only_list" = yes ] && { printf '%s\n' "${wanted[@]}"; exit 0; }

missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "installing ${missing[*]}" >&2

# policy-rc.d answering 101 keeps maintainer scripts from starting services (invoke-rc.d(8)). One that is already
# there is somebody's decision and stays.
policy=/usr/sbin/policy-rc.d
made_policy=no
remove_policy() {
  [ "$made_policy" = yes ] && as_root rm -f "$policy"
  made_policy=no
}
trap remove_policy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ ! -e "$policy" ]; then
  made_policy=yes
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
fi

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "${missing[@]}" </dev/null
}
# The package index of a fresh machine is empty and that of an old one names versions that are gone: try, fetch it, try again.
log="$(mktemp)"
if ! apt_install >"$log" 2>&1; then
  as_root apt-get update -q -o DPkg::Lock::Timeout=300 </dev/null >>"$log" 2>&1 || true
  if ! apt_install >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "$0: could not install ${missing[*]}" >&2
    exit 1
  fi
fi
rm -f "$log"

# What was not started now shall not start at the next boot either.
if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
  for package in "${missing[@]}"; do
    case "$package" in
      bird2) as_root systemctl disable --quiet bird.service bird6.service 2>/dev/null || true ;;
      docker.io) as_root systemctl disable --quiet docker.service docker.socket containerd.service 2>/dev/null || true ;;
      frr | gobgpd | openbgpd) as_root systemctl disable --quiet "$package.service" 2>/dev/null || true ;;
    esac
  done
fi
