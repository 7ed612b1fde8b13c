# All that has to be there is python3 with pip, and make. Everything else is installed into .tools and .venv,
# at the versions and with the hashes of the two lock files. A site with its own mirror sets UV_DEFAULT_INDEX.

PYTHON ?= python3
PORT ?= 8000
PYTEST_ARGS ?=
AUDIT_ARGS ?=
export PORT
export UV_PYTHON_DOWNLOADS := never
# As pip does: a network that inspects TLS has its certificate in the system store.
export UV_SYSTEM_CERTS ?= true

UV_VERSION := 0.13.9
UV := .tools/bin/uv
UV_OK := .tools/.uv-$(UV_VERSION)
PY := .venv/bin/python
# A venv whose interpreter has gone (an upgrade of the system) is made anew; a working one is kept.
VENV = $(PY) -c '' 2>/dev/null || $(UV) venv -q --clear --python $(PYTHON) .venv
EXPORT = $(UV) export -q --frozen --format requirements-txt --no-emit-project --no-header

.PHONY: help run test test-idp test-faults lint types bench migrate lock audit clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run-ok ## migrate, fill an empty database with the demonstration data, serve on PORT (8000)
	@$(PY) -m api serve

test: .venv/.ok ## run the tests; PYTEST_ARGS="-k name" for some of them
	$(PY) -m pytest -q -rfEs -n 3 --dist worksteal $(PYTEST_ARGS)

test-idp: .venv/.ok tests/idp/node_modules/.ok ## accept the tokens of a certified OpenID provider; needs Node.js 20 or later
	$(PY) -m pytest -q tests/idp/check_provider.py

test-faults: .venv/.ok ## kill, stop and starve a loaded server for 15 minutes at the most; one line of JSON a fault
	FAULT_ROUNDS=50 timeout --signal=INT --kill-after=60 15m $(PY) -m pytest -q -n 2 --timeout 900 tests/faults

lint: .venv/.ok ## check style, the Dockerfile, the compose file and the CI script
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/hadolint Dockerfile
	$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	bash -n .ci/run

types: .venv/.ok ## check types
	$(PY) -m mypy api db seed

bench: .venv/.ok ## measure the promises and print the table
	$(PY) -m bench

migrate: .venv/.run-ok ## bring the database to the newest schema
	$(PY) -m api migrate

lock: $(UV_OK) ## resolve pyproject.toml and write both lock files
	$(UV) lock -q
	$(EXPORT) --no-dev --output-file requirements.lock
	$(EXPORT) --output-file requirements-dev.lock

audit: $(UV_OK) ## ask the OSV database about the locked packages; needs the internet, so CI does not run it
	$(UV) tool run -q --python $(PYTHON) pip-audit==2.10.1 --requirement requirements-dev.lock --require-hashes --disable-pip --vulnerability-service osv $(AUDIT_ARGS)

clean: ## remove what was installed and cached; the database in var/ stays
	rm -rf .tools .venv tests/idp/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(UV_OK):
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v < (3, 15) and "Python 3.11 to 3.14 is needed, $(PYTHON) is %d.%d: name another by make PYTHON=python3.x" % v)'
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "$(PYTHON) has no pip: install it first (Debian, Ubuntu: apt install python3-pip)" >&2; exit 1; }
	$(PYTHON) -m pip install -q --disable-pip-version-check --root-user-action ignore --upgrade --target .tools 'uv==$(UV_VERSION)'
	@touch $@

tests/idp/node_modules/.ok: tests/idp/package-lock.json
	@command -v npm >/dev/null || { echo "make test-idp needs Node.js with npm: install it first (Debian, Ubuntu: apt install nodejs npm)" >&2; exit 1; }
	cd tests/idp && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# The development lock holds all of the runtime lock, so it makes both stamps.
.venv/.ok: requirements-dev.lock | $(UV_OK)
	@$(VENV)
	$(UV) pip sync -q --compile-bytecode --python $(PY) --require-hashes requirements-dev.lock
	@touch .venv/.run-ok $@

# "install", not "sync": sync would remove the development packages that are already there.
.venv/.run-ok: requirements.lock | $(UV_OK)
	@$(VENV)
	$(UV) pip install -q --compile-bytecode --python $(PY) --require-hashes -r requirements.lock
	@touch $@
