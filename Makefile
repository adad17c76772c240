# Every command of the house. `make help` lists them; `make check` is what CI runs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
TRYTON := build/tryton
BILL := build/bill
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The locks are complete, so pip resolves nothing: a newer release on the registry changes nothing.
LOCKED := $(PIP) --no-deps --require-hashes -r
UV := $(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --python-version 3.11
WORKSPACE ?= workspace
PERIOD ?= 2026-Q4
AS_OF ?= 2026-09-30
# One more than the cores: many tests wait for a process, a server or a browser of theirs.
WORKERS ?= 3

# Commands start sooner where Python may keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install install-dev run serve test check coverage soak bench browser tryton lock messages docs bill sbom wheel clean

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Counterpoise needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.11 install")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(LOCKED) requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(LOCKED) requirements-dev.lock
	$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

install: $(VENV)/.run ## put the locked environment into .venv; the command is .venv/bin/counterpoise

install-dev: $(VENV)/.dev

run: install ## the sample company, from its export to a plan and a report
	@rm -rf $(WORKSPACE)/sample
	$(BIN)/counterpoise init --workspace $(WORKSPACE) --company "Sample Company"
	$(BIN)/counterpoise sample --out $(WORKSPACE)/sample
	$(BIN)/counterpoise rulebook import $(WORKSPACE)/sample/rulebook.toml --workspace $(WORKSPACE)
	$(BIN)/counterpoise collect $(WORKSPACE)/sample/export --workspace $(WORKSPACE)
	$(BIN)/counterpoise cycle $(PERIOD) --as-of $(AS_OF) --workspace $(WORKSPACE)

serve: install ## the web application on http://127.0.0.1:8000
	$(BIN)/counterpoise serve --workspace $(WORKSPACE)

$(TRYTON)/.installed: requirements-tryton.lock
	$(PYTHON) -m venv --clear $(TRYTON)
	$(TRYTON)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-tryton.lock
	@touch $@

$(TRYTON)/company/company.sqlite: tests/tryton_company.py $(TRYTON)/.installed
	$(TRYTON)/bin/python tests/tryton_company.py $(TRYTON)/company

tryton: $(TRYTON)/company/company.sqlite ## a Tryton for the tests, in an environment of its own, with a small company in it

$(BILL)/.installed: requirements-bill.lock
	$(PYTHON) -m venv --clear $(BILL)
	$(BILL)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bill.lock
	@touch $@

# Apart from .venv: what it checks its documents with makes every process that draws start seconds later.
bill: $(BILL)/.installed ## the writer of bills of materials, in an environment of its own

browser: ## a Chromium for the browser tests, from Debian's packages where it is missing
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core >/dev/null; \
	  else echo "No chromium here: the browser tests will say that they skip." >&2; fi; }

test: install-dev browser tryton bill ## all tests but the long sweeps
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not soak"

soak: install-dev tryton ## long sweeps: hundreds of kills, of simulated companies, of random files
	$(BIN)/pytest -m soak --timeout 7200

check: install-dev browser tryton bill ## format, lint, types, contracts, audit and all tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPYPATH=src $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.audit
	@$(MAKE) --no-print-directory coverage

coverage: install-dev browser tryton bill ## all tests; fails where domain or actions have a line or branch that none reaches
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not soak" --cov --cov-report= --cov-report=json:build/coverage.json
	$(BIN)/python -m tests.coverage_gate build/coverage.json

bench: install-dev ## every figure in benchmarks/README.md, printed again
	$(BIN)/python benchmarks/all.py

messages: install-dev ## collect the texts to translate, and compile the catalogues
	$(BIN)/python -m tests.messages

docs: install-dev ## write docs/reference from the code
	PYTHONPATH=tests $(BIN)/python -m tests.reference_pages
	$(BIN)/python -m tests.stored_openapi

sbom: bill ## the bill of materials of the locked packages, CycloneDX 1.6, checked against its schema
	@mkdir -p build
	$(BILL)/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
	  --spec-version 1.6 --output-reproducible --validate -o build/counterpoise.cdx.json

wheel: install-dev ## the package, to the same bytes whoever builds it from a commit
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m pip --quiet --disable-pip-version-check wheel --no-deps --no-build-isolation --wheel-dir dist .

lock: | $(BIN)/python ## resolve requirements/*.in again into the lock files
	$(PIP) uv
	$(UV) requirements/runtime.in -o requirements.lock
	$(UV) requirements/dev.in -c requirements.lock -o requirements-dev.lock
	$(UV) requirements/tryton.in -o requirements-tryton.lock
	$(UV) requirements/bill.in -o requirements-bill.lock

clean: ## remove what make made, the workspace included
	rm -rf $(VENV) $(WORKSPACE) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .import_linter_cache
