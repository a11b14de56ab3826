#!/bin/sh
# All the checks and tests, in parallel. Under CI a part that is missing fails; elsewhere it is skipped and named.
set -eu
.venv/bin/ruff format --check --quiet .
.venv/bin/ruff check --quiet .
.venv/bin/lint-imports
.venv/bin/mypy toimiva
.venv/bin/python -m pytest -n "${1:-2}" --dist worksteal -rs
