#!/usr/bin/env bash
# The main job, shown on this machine: hosts as network namespaces on one link, each with a docker0 and a pod behind it,
# one kuland a host without configuration; then every pod pings every other pod.
#
#   docker/demo.sh [--nodes N] [--reflector] [--keep]
#   docker/demo.sh --down
#
#   --nodes N     2 to 50 hosts (3)
#   --reflector   one host reflects, the others are its clients (with configuration files)
#   --keep        leave the hosts up; prints the line that opens the shell on a host
#   --down        remove hosts that were kept
#   --no-build    take the binaries that are there (build/release, or $KULAN_BUILD)
#   --name NAME   name of the lab, where several shall live beside each other (kulan-demo)
#
# Installs what is missing and builds. Needs root for the hosts: calls sudo itself where the caller is not root.
# Ends 0 only when every route is in every kernel and every ping was answered.
set -euo pipefail

top="$(dirname "$(dirname "$(readlink -f "$0")")")"
build=yes
down=no
arguments=()

usage() { sed -n '2,16s/^# \{0,1\}//p' "$0"; }

while [ $# -gt 0 ]; do
  case "$1" in
    --nodes | --name)
      [ $# -ge 2 ] || { echo "demo.sh: $1 needs a value" >&2; exit 2; }
      arguments+=("$1" "$2")
      shift
      ;;
    --nodes=* | --name=* | --reflector | --keep) arguments+=("$1") ;;
    --down) arguments+=("$1"); down=yes ;;
    --no-build) build=no ;;
    -h | --help) usage; exit 0 ;;
    *) echo "demo.sh: $1: unknown argument" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

if [ "$down" = no ] && [ "$build" = yes ]; then
  "$top/etc/install-packages.sh" build run lab
  echo "building (build/release)" >&2
  (cd "$top" && cmake --preset release -DKULAN_TESTS=OFF >/dev/null && cmake --build --preset release --target kuland kulan >&2)
  export KULAN_BUILD="$top/build/release"
else
  "$top/etc/install-packages.sh" lab
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo env "KULAN_BUILD=${KULAN_BUILD:-}")
exec "${as_root[@]}" python3 "$top/docker/demo.py" "${arguments[@]}"
