# Everything starts here; `make` alone lists what there is.
# The first Python on this machine that is new enough.
PYTHON ?= $(firstword $(shell for each in python3 python3.14 python3.13 python3.12; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$each; \
  done) python3)
BIN := .venv/bin
ONLY ?=
BROWSER ?=
TESTS ?= tests
WORKERS ?= 2
SECONDS ?= 60
MINUTES ?= 10
SEED ?=
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run demo venv test quick check lint bench fuzz kill pictures requirements clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

run: venv ## start server and proxy
	@$(BIN)/overallt up

demo: venv ## the same with a demonstration site; BROWSER=firefox|chromium opens one
	@$(BIN)/overallt demo $(if $(BROWSER),--browser $(BROWSER))

venv: .venv/.run ## make the environment that run and demo need

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { \
	  echo "Överallt needs Python 3.12 or newer, and $(PYTHON) is older or missing: write make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "Python could not make .venv here: is the folder writable, and (on Debian) python3-venv installed?" >&2; exit 1; }
	@touch $@

.venv/.run: .venv/.made requirements.txt pyproject.toml
	@echo "Installing what Överallt needs into .venv (the first time takes a minute) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

test: .venv/.dev ## run all tests, WORKERS=2 at once; installs browsers, node, PostgreSQL if root
	@.ci/packages
	$(PYTEST) -n $(WORKERS) --dist worksteal $(TESTS)

quick: .venv/.dev ## the tests that need neither browser nor PostgreSQL, in a minute
	$(PYTEST) -n $(WORKERS) --dist worksteal -m "not e2e and not postgres and not long" $(TESTS)

lint: .venv/.dev ## ruff, mypy, import contracts; of the extension types and style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/lint-extension

check: lint test ## lint and all tests: green before every commit

bench: .venv/.dev ## measure; ONLY=name for one of tagging proxy books api extension pages
	$(BIN)/python tests/bench/run.py $(ONLY)

fuzz: .venv/.dev ## look for pages that break the rewriter, for SECONDS=60
	$(BIN)/python tests/fuzz/rewriter.py --seconds $(SECONDS)

kill: .venv/.dev ## kill programs and databases at random instants, for MINUTES=10
	@.ci/packages
	$(BIN)/python tests/fuzz/kills.py --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

pictures: .venv/.dev ## make the README's pictures and the badges anew
	@.ci/packages
	$(BIN)/python tests/e2e/pictures.py
	$(BIN)/python tests/e2e/badges.py

requirements: .venv/.dev ## pin the dependencies anew, with hashes
	.ci/pin

clean: ## remove what was made here
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
