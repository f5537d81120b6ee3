#!/bin/sh
# Install what the tests need of the system, where it is missing: Chromium, and what
# docs/deploying.md tells of. Where that can't be done, say so and go on: the tests that miss it
# will fail.
set -u

missing=
need() { # a command, and the package that it is in
  PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need chromium chromium
need nginx nginx-light
need caddy caddy
need openssl openssl
need systemd-analyze systemd
[ "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "Install$missing: the tests need it." >&2
  exit 0
fi
sudo=
[ "$(id -u)" = 0 ] || sudo="sudo -n"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)

# The tests start servers of their own: what is installed for them is not to run by itself.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ] && printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null 2>&1; then
  $sudo chmod +x "$policy"
  trap '$sudo rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
fi

# shellcheck disable=SC2086 # one word for each package
if ! { $sudo apt-get update -q && $sudo apt-get install -qy --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "Could not be installed:$missing. Run 'apt-get install$missing' as root." >&2
fi
rm -f "$log"
