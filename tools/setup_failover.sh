#!/usr/bin/env bash
# What `make failover-test` wants beside the rest: etcd, Patroni and HAProxy, installed without being started.
set -euo pipefail
missing=()
for package in etcd-server patroni haproxy; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "setup: installing ${missing[*]}"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then # Debian's packages ask it whether to start their services
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod +x $policy
  trap 'as_root rm -f $policy' EXIT
fi
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" >/dev/null; }
apt update || echo "setup: the lists of packages could not be renewed; trying with those that are here" >&2
apt install -y --no-install-recommends "${missing[@]}"
