#!/bin/sh
# Write down which version of each package is installed, with its hashes: requirements.lock for running, requirements-dev.lock
# for testing as well. What is locked stays; `sh scripts/lock.sh --upgrade` takes the newest of all.
set -eu
compile() { .venv/bin/uv pip compile pyproject.toml --python .venv/bin/python --universal --generate-hashes --no-emit-index-url --no-header --quiet "$@"; }
compile --extra install "${1:---no-upgrade}" --output-file requirements.lock
compile --extra install --extra dev --constraints requirements.lock "${1:---no-upgrade}" --output-file requirements-dev.lock
