# Every target sets up what it needs; the second time that takes no time. `make help` lists them.
.DEFAULT_GOAL := help
TOIMIVA := .venv/bin/toimiva
SERVE ?= yes
WORKERS ?= 2

.PHONY: help setup setup-test run test check lint bench lock sbom screenshots clean

help: ## what there is to make
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## everything that `run` needs, into .venv and node_modules
	@sh scripts/setup.sh run

setup-test: ## everything that `test` and `bench` need
	@sh scripts/setup.sh test

run: setup ## create Helsinki, run the pre-school round with simulated replies, then serve (SERVE=no ends before)
	@sh scripts/run.sh $(SERVE)

test: setup-test ## all the tests
	@sh scripts/test.sh $(WORKERS)

check: setup-test ## format, lint, types, import contracts
	.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports && .venv/bin/mypy toimiva

lint: check ## the same as check

bench: setup-test ## benchmarks, as ratios against peers in one run; results in benchmarks/results/
	.venv/bin/python -m benchmarks

lock: setup-test ## which versions are installed, into requirements*.lock (scripts/lock.sh --upgrade takes the newest)
	@sh scripts/lock.sh

sbom: setup-test ## what the platform is made of, as CycloneDX, into var/sbom.json
	@mkdir -p var && .venv/bin/cyclonedx-py requirements requirements.lock --output-format JSON --output-file var/sbom.json && echo var/sbom.json

screenshots: setup-test ## pictures of the running system into docs/images/
	.venv/bin/python scripts/screenshots.py

clean: ## remove what setup and runs have made (the home var/ too)
	rm -rf .venv node_modules var .pytest_cache .mypy_cache .ruff_cache .hypothesis
