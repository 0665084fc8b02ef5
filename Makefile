# The verbs of this repository. `make demo` and `make test` need only Python 3.11 or newer, make and git.
.DEFAULT_GOAL := help

VENV := .venv
BIN  := $(VENV)/bin
NODE_CLIENTS := $(patsubst %/package.json,%,$(wildcard tests/clients/node-*/package.json))
NODE_LOCKED := $(NODE_CLIENTS) bench/peers
PYTHON_CLIENTS := tests/clients/python-3 tests/clients/python-4
PIP  := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

# The first Python at hand that is new enough; `make PYTHON=/path/to/python test` overrides it.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$each" && break; done)

.PHONY: help
help: ## list these verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.run ## see the main job done in seconds, on a bundled sample client
	@$(BIN)/mockserver demo $(ARGS)

.PHONY: serve
serve: $(VENV)/.run ## run the server; flags go in ARGS='--port 8000'
	@$(BIN)/mockserver serve $(ARGS) || [ $$? -eq 130 ]

.PHONY: test
test: $(VENV)/.dev ## run every test, with branch coverage
	@$(BIN)/pytest --numprocesses=auto --maxprocesses=8 --dist=worksteal --cov --cov-report=term-missing:skip-covered $(ARGS)

.PHONY: check
check: $(VENV)/.dev ## format, lint, types, layers, spelling, generated docs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	$(BIN)/python -m docs.generate --check
	$(BIN)/python -m docs.twins --check

.PHONY: fmt
fmt: $(VENV)/.dev ## format the code and mend what the linter can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: bench
bench: $(VENV)/.run ## measure speed beside baselines and peers, and write bench/RESULTS.md; ARGS=--quick for a short run
	@$(BIN)/python -m bench.run $(ARGS)

.PHONY: soak
soak: $(VENV)/.run ## look for what leaks or gets lost in ten minutes of load and faults; ARGS='--minutes 2'
	@$(BIN)/python -m bench.soak $(ARGS)

.PHONY: docs
docs: $(VENV)/.dev ## write the generated tables and the blocking form of the handle anew
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m docs.twins

.PHONY: pictures
pictures: $(VENV)/.dev ## take the pictures of the page anew; needs chromium
	@$(BIN)/python -m docs.pictures

.PHONY: setup
setup: $(VENV)/.dev ## make the virtual environment with all development tools

.PHONY: node-clients node-client
node-clients: ## install the official Node clients that some tests drive
	for each in $(NODE_CLIENTS); do npm ci --prefix $$each --ignore-scripts --no-audit --no-fund --loglevel=error || exit; done
node-client: node-clients

.PHONY: python-clients
python-clients: $(PYTHON_CLIENTS:=/.venv/.client) ## install the official Python clients that some tests drive

.PHONY: clients
clients: node-clients python-clients $(VENV)/.dev ## drive every official client and write anew what that shows
	@WRITE_CLIENT_RESULTS=1 $(BIN)/pytest tests/clients $(ARGS)
	@$(BIN)/python -m docs.generate

.PHONY: lock
lock: $(BIN)/uv ## resolve all dependencies anew
	$(BIN)/$(LOCK) --upgrade --group dev pyproject.toml -o requirements.lock
	$(BIN)/$(LOCK) --group build -c requirements.lock pyproject.toml -o requirements-run.lock
	for each in $(PYTHON_CLIENTS); do $(BIN)/$(LOCK) --upgrade $$each/requirements.in -o $$each/requirements.lock || exit; done
	for each in $(NODE_LOCKED); do npm install --prefix $$each --package-lock-only --no-audit --no-fund || exit; done
	$(BIN)/python .ci/strip_lock.py $(NODE_LOCKED:=/package-lock.json)

# Two stamps, so that `make demo` installs only what the server needs. Locks are complete: pip need not resolve.
$(VENV)/.run: requirements-run.lock pyproject.toml | $(BIN)/python
	@echo 'Installing the server into $(VENV) ...' >&2
	@$(PIP) install --no-deps --no-compile --requirement requirements-run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements.lock pyproject.toml | $(BIN)/python
	@echo 'Installing the server and its development tools into $(VENV) ...' >&2
	@$(PIP) install --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $@

# Each client has an environment of its own, away from the server's dependencies.
%/.venv/.client: %/requirements.lock | $(BIN)/python
	@echo 'Installing the client of $* ...' >&2
	@$(BIN)/python -m venv --clear $*/.venv
	@$*/.venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --requirement $<
	@touch $@

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed and none was found; name one with: make PYTHON=/path/to/python' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' || { echo 'This Python cannot make virtual environments; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@'$(PYTHON)' -m venv --clear $(VENV)

$(BIN)/uv: | $(BIN)/python
	@$(PIP) install uv
