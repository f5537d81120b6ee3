#!/bin/sh
# Install what the tests need of the system, where it is missing: Chromium.
# Where that can't be done, say so and go on: the tests that miss it will fail.
set -u

command -v chromium >/dev/null 2>&1 && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "Install Chromium: the browser tests need it." >&2
  exit 0
fi
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { $sudo apt-get update -q && $sudo apt-get install -qy --no-install-recommends chromium; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "Chromium could not be installed: run 'apt-get install chromium' as root." >&2
fi
rm -f "$log"
