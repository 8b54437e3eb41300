.DEFAULT_GOAL := help
.PHONY: help demo test fast-tests test-slow check format bench serve spark libraries lock
PYTHON ?= python3
BIN := .venv/bin
EXAMPLE := examples/completejourney/stamkund.yaml
# Without bytecode each of the tests' processes compiles every library anew.
unexport PYTHONDONTWRITEBYTECODE

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies into .venv (once, a minute or two) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

demo: .venv/ready  ## the whole road on The Complete Journey, then serve (ONCE=1: stop after the answers)
	@$(BIN)/stamkund demo $(if $(ONCE),--once)

test: .venv/ready  ## everything CI runs: static checks, doctests, tests
	@$(MAKE) --no-print-directory --jobs 2 check fast-tests

fast-tests: .venv/ready
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow"

test-slow: .venv/ready  ## the tests that take minutes, and every property on many examples drawn at random
	@$(BIN)/python -m pytest -q --hypothesis-profile=random -m "slow or hypothesis" $(foreach p,features training insights serving,--cov=$(p)) --cov-report=term:skip-covered

check: .venv/ready  ## ruff, mypy strict, import layers, known vulnerabilities of dependencies
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo > .venv/lint-imports.txt || (cat .venv/lint-imports.txt; exit 1)
	@$(BIN)/python -m benchmarks.audit >/dev/null

format: .venv/ready  ## format and sort imports
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

bench: .venv/ready  ## measure model quality on the example and print the README's table
	@$(BIN)/python -m benchmarks.quality

serve: .venv/ready  ## serve the example on port 3000 (after `make demo`)
	@$(BIN)/stamkund serve --config $(EXAMPLE)

spark: .venv/ready  ## install what profiles on Spark need (400 MB; the tests on Spark run then)
	@$(BIN)/python -c "import pyspark" 2>/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock "$$(grep -oE 'pyspark>=[^\"]+' pyproject.toml)"

libraries: .venv/ready  ## install the libraries of others that the tests send messages with (needs Node 20 or later)
	@$(BIN)/uv venv --quiet --allow-existing tests/libraries/.venv
	@$(BIN)/uv pip install --quiet --python tests/libraries/.venv/bin/python --requirement tests/libraries/requirements.txt
	@npm install --prefix tests/libraries --no-package-lock --no-audit --no-fund --silent

lock: .venv/ready  ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes --extra demo --extra identity --extra notebooks --extra postgres --extra tracing --extra dev --no-header pyproject.toml -o requirements.lock
