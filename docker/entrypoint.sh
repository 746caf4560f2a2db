#!/bin/sh
# Starts kuland with the container's arguments; anything that is not an option is run instead
# (docker run … kulan kulan -c 'show ip bgp summary'). kuland becomes process 1 and gets SIGTERM and SIGHUP itself.
set -eu
mkdir -p /etc/kulan /run/kulan /var/lib/kulan
case "${1:-}" in
  "" | -*) exec /usr/sbin/kuland "$@" ;;
  *) exec "$@" ;;
esac
