#!/bin/sh
# Set up what `make run` (argument run) or `make test` (argument test) needs. Quick when nothing has changed.
set -eu
what=${1:-run}
[ "$what" = test ] && lock=requirements-dev.lock || lock=requirements.lock
stamp=".venv/.set-up-$what"
if [ -f "$stamp" ] && [ "$stamp" -nt $lock ] && [ "$stamp" -nt package-lock.json ] && [ "$stamp" -nt scripts/setup.sh ] && [ "$stamp" -nt scripts/cesium.mjs ] && [ "$stamp" -nt scripts/bundle.mjs ]; then
  exit 0
fi

packages="python3-venv"
if [ "$what" = test ]; then
  packages="$packages chromium postgresql postgresql-postgis mosquitto fonts-dejavu-core default-jre-headless"
fi
missing=""
for package in $packages; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
python3 -c 'import venv, ensurepip' 2>/dev/null && missing=$(printf '%s' "$missing" | sed 's/ *python3-venv//')
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
  if [ "$as_root" = none ]; then
    echo "Missing system packages:$missing" >&2
    echo "Install them with:  sudo apt-get install$missing" >&2
    [ "$what" = run ] && exit 3
    echo "Tests that need them will be skipped." >&2
  else
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing >/dev/null
  fi
fi

free=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "$what" = test ] && needed=6000 || needed=3000
if [ ! -x .venv/bin/python ] && [ "$free" -lt $needed ]; then
  echo "Only $free MB of disk are free; setting up takes up to $needed MB. \`uv cache prune\` often gives back some." >&2
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed." >&2; exit 3; }
[ -x .venv/bin/python ] || python3 -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet uv
# Compiled once, so that no start of the command line has to (it takes twice as long then).
VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes -r $lock
VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
[ "$what" = test ] && omit="" || omit="--omit=dev"
PATH="$PWD/.venv/bin:$PATH" .venv/bin/npm ci --no-audit --no-fund --loglevel=error $omit
.venv/bin/node scripts/bundle.mjs
.venv/bin/python scripts/compile_messages.py
if [ "$what" = test ]; then
  # The tester of the GDPR API pins versions of its own: it lives in a place of its own. Where it cannot be installed, its test is skipped.
  tester=.venv/gdpr-api-tester
  [ -x $tester/bin/python ] || .venv/bin/uv venv --quiet --python .venv/bin/python $tester
  VIRTUAL_ENV="$PWD/$tester" .venv/bin/uv pip install --quiet --require-hashes -r tests/parts/gdpr-api-tester.lock ||
    echo "The tester of the GDPR API could not be installed." >&2
fi
touch "$stamp"
